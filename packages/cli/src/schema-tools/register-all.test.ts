import type { ResolvedSchema } from "@letterpress/schema";
import { expect, test } from "vitest";
import { CliError } from "../cli-error.ts";
import { registryThat } from "../testing/in-process-registry.ts";
import { registerAll } from "./register-all.ts";

const record = (name: string, ...fields: object[]) => JSON.stringify({ type: "record", name, fields });
const avro = (text: string, references: ResolvedSchema["references"] = []): ResolvedSchema => ({
  format: "AVRO",
  text,
  references,
});

const MONEY = avro(record("Money", { name: "amount", type: "long" }));
const ORDER = avro(record("Order", { name: "total", type: "Money" }), [
  { name: "Money", subject: "money", version: -1, schema: MONEY },
]);
const PAYMENT = avro(record("Payment"));
const SOURCES = [
  { subject: "orders", schema: ORDER },
  { subject: "payments", schema: PAYMENT },
];

const refusal = () =>
  new Response(JSON.stringify({ error_code: 42205, message: "not now" }), { status: 422 });

async function failureOf(run: Promise<unknown>): Promise<CliError> {
  const error = await run.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CliError);
  return error as CliError;
}

test("what was registered before a refusal is deleted for good, what includes others first", async () => {
  const { registry, client } = registryThat(async (route, pass) =>
    route === "POST /subjects/payments/versions" ? refusal() : pass(),
  );
  const { code, message } = await failureOf(registerAll(client, SOURCES));
  expect(code).toBe("REFUSED");
  expect(message).toBe("nothing was registered (taken back: orders version 1, money version 1): not now");
  expect(registry.reader.subjects(undefined, { deleted: true })).toEqual([]);
});

test("versions that were there before stay, and keep their numbers", async () => {
  const { registry, client } = registryThat(async (route, pass) =>
    route === "POST /subjects/payments/versions" ? refusal() : pass(),
  );
  await client.registerResolved("orders", ORDER);
  expect((await failureOf(registerAll(client, SOURCES))).message).toBe("nothing was registered: not now");
  expect(registry.reader.subjects()).toEqual(["money", "orders"]);
});

test("a registration whose answer was lost is found and taken back, too", async () => {
  const { registry, client } = registryThat(async (route, pass) => {
    const answer = await pass();
    if (route === "POST /subjects/payments/versions") throw new TypeError("fetch failed");
    return answer;
  });
  const { message } = await failureOf(registerAll(client, SOURCES));
  expect(message).toContain("taken back: payments version 1, orders version 1, money version 1");
  expect(registry.reader.subjects(undefined, { deleted: true })).toEqual([]);
});

test("what others have built on meanwhile stays, and is named", async () => {
  const { registry, client } = registryThat(async (route, pass) => {
    if (route !== "POST /subjects/payments/versions") return pass();
    const references = [{ name: "Money", subject: "money", version: 1 }];
    await registry.register("invoices", {
      schema: record("Invoice", { name: "sum", type: "Money" }),
      references,
    });
    await registry.register("orders", { schema: record("Order") });
    return refusal();
  });
  const { message } = await failureOf(registerAll(client, SOURCES));
  expect(message).toContain("stopped on the way: not now");
  expect(message).toContain("orders version 1 stays registered: version 2 follows it");
  expect(message).toMatch(/money version 1 stays registered: One or more references exist/);
  expect(message).toContain("when the same is run again");
  expect(registry.reader.subjects()).toEqual(["invoices", "money", "orders"]);
});

test("a registry that is gone is told as what it is: nobody knows what stays", async () => {
  let isGone = false;
  const { client } = registryThat(async (route, pass) => {
    isGone ||= route === "POST /subjects/payments/versions";
    if (isGone) throw new TypeError("fetch failed");
    return pass();
  });
  const { message } = await failureOf(registerAll(client, SOURCES));
  for (const subject of ["payments", "orders", "money"])
    expect(message).toContain(`whether this run has registered a version of ${subject}`);
});

test("a version that somebody adds after the confirmation ends the run", async () => {
  const { registry, client } = registryThat((_, pass) => pass());
  const confirm = async () => {
    await registry.register("payments", {
      schema: record("Payment", { name: "a", type: "int", default: 0 }),
    });
  };
  const { message } = await failureOf(registerAll(client, SOURCES, { confirm }));
  expect(message).toContain("somebody else has registered a version of payments meanwhile");
  expect(registry.reader.versions("payments").map(({ version }) => version)).toEqual([1]);
  expect(registry.reader.subjects(undefined, { deleted: true })).toEqual(["payments"]);
  expect(await registerAll(client, SOURCES)).toMatchObject([
    { subject: "orders", version: 1 },
    { subject: "payments", version: 2 },
  ]);
});
