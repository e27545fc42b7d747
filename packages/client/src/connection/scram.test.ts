import { expect, test } from "vitest";
import { ScramExchange } from "./scram.ts";

/** The example of RFC 7677, section 3. */
const RFC_7677 = {
  nonce: "rOprNGfwEbeRWgbNEkqO",
  serverFirst: "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  clientFinal:
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
  serverFinal: "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
};

function exchange(): ScramExchange {
  return new ScramExchange(
    { mechanism: "SCRAM-SHA-256", username: "user", password: "pencil" },
    RFC_7677.nonce,
  );
}

test("the exchange of RFC 7677 is reproduced", () => {
  const scram = exchange();
  expect(scram.clientFirst().toString()).toBe(`n,,n=user,r=${RFC_7677.nonce}`);
  expect(scram.clientFinal(RFC_7677.serverFirst).toString()).toBe(RFC_7677.clientFinal);
  expect(() => scram.verify(RFC_7677.serverFinal)).not.toThrow();
});

test("a broker that does not know the password is refused", () => {
  const scram = exchange();
  scram.clientFinal(RFC_7677.serverFirst);
  expect(() => scram.verify("v=AAAA")).toThrow(expect.objectContaining({ code: "AUTHENTICATION_FAILED" }));
});

test.each([
  ["another nonce", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"],
  ["too few iterations", `r=${RFC_7677.nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`],
  ["far too many iterations", `r=${RFC_7677.nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999`],
  ["no salt", `r=${RFC_7677.nonce}x,i=4096`],
  ["nonsense", "hello"],
])("a challenge with %s is refused", (_what, serverFirst) => {
  expect(() => exchange().clientFinal(serverFirst)).toThrow(
    expect.objectContaining({ code: "AUTHENTICATION_FAILED" }),
  );
});
