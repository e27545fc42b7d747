import { randomUUID } from "node:crypto";
import { nkeys } from "nats";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What an account may keep in JetStream, as its JWT has it; -1 is without limit. */
export interface AccountLimits {
  readonly disk_storage: number;
  readonly mem_storage: number;
  readonly streams: number;
}

const UNLIMITED: AccountLimits = { disk_storage: -1, mem_storage: -1, streams: -1 };

/** An operator of NATS, who issues accounts and users as JWTs signed with nkeys. */
export class NatsOperator {
  readonly #keys = nkeys.createOperator();
  readonly #accounts = new Map<string, KeyPair>();
  readonly #jwts = new Map<string, string>();
  readonly #system: string;

  constructor() {
    this.#system = this.addAccount("SYS", null);
  }

  /** Adds an account, by default one that may keep what it likes; returns its public key. Null: without JetStream. */
  addAccount(name: string, jetstream: AccountLimits | null = UNLIMITED): string {
    const keys = nkeys.createAccount();
    const id = keys.getPublicKey();
    const limits = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, conn: -1, leaf: -1 };
    const nats = { limits: { ...limits, ...jetstream, wildcards: true }, type: "account", version: 2 };
    this.#jwts.set(id, jwt(this.#keys, id, name, nats));
    this.#accounts.set(name, keys);
    return id;
  }

  /** The content of a `.creds` file for a new user of an account. */
  credentials(account: string): string {
    const user = nkeys.createUser();
    const nats = { pub: {}, sub: {}, subs: -1, data: -1, payload: -1, type: "user", version: 2 };
    const token = jwt(this.#accounts.get(account)!, user.getPublicKey(), "broker", nats);
    const seed = new TextDecoder().decode(user.getSeed());
    return [
      "-----BEGIN NATS USER JWT-----",
      token,
      "------END NATS USER JWT------",
      "",
      "-----BEGIN USER NKEY SEED-----",
      seed,
      "------END USER NKEY SEED------",
      "",
    ].join("\n");
  }

  /** What a server's configuration needs to know these accounts. */
  settings(): string {
    const operator = jwt(this.#keys, this.#keys.getPublicKey(), "operator", {
      type: "operator",
      version: 2,
      system_account: this.#system,
    });
    const accounts = [...this.#jwts].map(([id, token]) => `  ${id}: ${token}`).join("\n");
    return `operator: ${operator}
system_account: ${this.#system}
resolver: MEMORY
resolver_preload {
${accounts}
}`;
  }
}

/** A JWT as NATS has them: signed with the issuer's nkey. */
function jwt(issuer: KeyPair, subject: string, name: string, nats: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = part({ typ: "JWT", alg: "ed25519-nkey" });
  // Issued long ago, so that clocks that differ do not matter.
  const claims = {
    jti: randomUUID(),
    iat: 1_600_000_000,
    iss: issuer.getPublicKey(),
    name,
    sub: subject,
    nats,
  };
  const signed = `${header}.${part(claims)}`;
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString("base64url")}`;
}
