import { errorOfAnswer, RegistryClientError } from "./registry-client-error.ts";

/** Who calls: a user and password, or a bearer token. */
export type RegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string };

export interface TransportOptions {
  /** Where the registry is; with several, the next one is tried when one does not answer. */
  readonly url: string | readonly string[];
  /** Default: none. */
  readonly auth?: RegistryAuth | undefined;
  /** How long one try may take, in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How many tries a call has over all URLs. Default: 4, at least one per URL. */
  readonly tries?: number | undefined;
  /** The pause before the second try, in milliseconds; it doubles with each try, up to 2,000. Default: 100. */
  readonly backoffMs?: number | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
const BACKOFF_MAX_MS = 2_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Calls a registry over HTTP: tries again, waits a little longer each time, and goes from URL to URL. */
export class Transport {
  readonly #urls: readonly string[];
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #tries: number;
  readonly #backoffMs: number;
  readonly #fetch: typeof fetch;
  /** The URL that answered last. */
  #current = 0;

  constructor(options: TransportOptions) {
    const urls = typeof options.url === "string" ? options.url.split(",") : options.url;
    this.#urls = urls.map(checkUrl);
    if (this.#urls.length === 0) throw new RegistryClientError("INVALID", "Give the registry client a URL");
    this.#headers = {
      accept: `${CONTENT_TYPE}, application/json;q=0.9`,
      ...(options.auth === undefined ? {} : { authorization: authorization(options.auth) }),
    };
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#tries = Math.max(options.tries ?? 4, this.#urls.length);
    this.#backoffMs = options.backoffMs ?? 100;
    this.#fetch = options.fetch ?? fetch;
  }

  /** The JSON answer of a call. `path` begins with a slash. */
  async call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    let failure: RegistryClientError | undefined;
    for (let attempt = 0; attempt < this.#tries; attempt++) {
      // A new round over the URLs waits; the next URL of the same round is asked at once.
      if (attempt >= this.#urls.length) await pause(this.#pauseMs(attempt - this.#urls.length));
      const index = this.#current;
      try {
        return await this.#try(method, `${this.#urls[index]}${path}`, body);
      } catch (error) {
        if (!(error instanceof RegistryClientError) || !error.retriable) throw error;
        failure = error;
        if (this.#current === index) this.#current = (index + 1) % this.#urls.length;
      }
    }
    throw failure!;
  }

  async #try(method: string, url: string, body: unknown): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const response = await this.#fetch(url, {
        method,
        signal: AbortSignal.timeout(this.#timeoutMs),
        headers: body === undefined ? this.#headers : { ...this.#headers, "content-type": CONTENT_TYPE },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      status = response.status;
      text = await readText(response);
    } catch (cause) {
      if (cause instanceof RegistryClientError) throw cause;
      throw new RegistryClientError(
        "UNREACHABLE",
        `The registry at ${new URL(url).origin} does not answer (${describeCause(cause)}); ` +
          "check that it is up and that its URL is right",
        { cause },
      );
    }
    const answer = parseJson(text);
    if (status >= 200 && status < 300 && answer !== undefined) return answer;
    const { error_code: code, message } = (answer ?? {}) as { error_code?: unknown; message?: unknown };
    throw errorOfAnswer(
      status,
      typeof code === "number" ? code : undefined,
      typeof message === "string" ? message : "",
    );
  }

  #pauseMs(round: number): number {
    const longest = Math.min(this.#backoffMs * 2 ** round, BACKOFF_MAX_MS);
    return longest * (0.5 + Math.random() / 2);
  }
}

/** @throws RegistryClientError `INVALID` unless the text is an HTTP URL. */
function checkUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !url.protocol.startsWith("http")) {
    throw new RegistryClientError(
      "INVALID",
      `"${text}" is no URL of a registry; write it like http://host:8081`,
    );
  }
  return url.href.replace(/\/+$/, "");
}

function authorization(auth: RegistryAuth): string {
  if ("token" in auth) return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new RegistryClientError(
        "UNEXPECTED_ANSWER",
        `The answer is longer than ${ANSWER_BYTES_MAX} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error && cause.cause.message ? cause.cause.message : cause.message;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
