import { readFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { getCACertificates, rootCertificates } from "node:tls";

/** What is sent to another broker. */
export interface PeerRequest {
  readonly method: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
  readonly timeoutMs: number;
}

/** Sends a request to another broker's registry; rejects when there is no answer. */
export type AskPeer = (url: string, request: PeerRequest) => Promise<Response>;

/** Errors of connections that were never there: nothing of the request has arrived. */
const UNREACHED: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"]);
/** Statuses whose responses cannot have a body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The way to the other brokers. Over TLS they are trusted by the authorities that Node trusts, `NODE_EXTRA_CA_CERTS`
 * included, and by what stands in this broker's own certificate file: one certificate may serve all brokers, and a file
 * may carry the authority behind it.
 *
 * @param certificate the path of this broker's own certificate; undefined where it serves plain HTTP.
 */
export async function openPeers(certificate: string | undefined): Promise<AskPeer> {
  const ca = certificate === undefined ? undefined : [...trusted(), await readFile(certificate, "utf8")];
  return (url, request) => ask(url, request, ca);
}

/** Whether a request failed before any of it can have been carried out. */
export function isUnreached(error: unknown): boolean {
  return error instanceof Error && UNREACHED.has((error as NodeJS.ErrnoException).code);
}

/** Node 22 before 22.15 cannot tell what it trusts beside the roots it came with. */
function trusted(): readonly string[] {
  return getCACertificates?.("default") ?? rootCertificates;
}

function ask(
  url: string,
  { method, headers, body, timeoutMs }: PeerRequest,
  ca: readonly string[] | undefined,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...Object.fromEntries(headers), "content-length": body.byteLength },
      signal: AbortSignal.timeout(timeoutMs),
    };
    const answered = (answer: IncomingMessage): void => void toResponse(answer).then(resolve, reject);
    const sent = url.startsWith("https:")
      ? httpsRequest(url, ca === undefined ? options : { ...options, ca: [...ca] }, answered)
      : httpRequest(url, options, answered);
    sent.on("error", reject);
    sent.end(Buffer.from(body));
  });
}

async function toResponse(answer: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  const { statusCode: status = 502 } = answer;
  return new Response(BODILESS.has(status) ? null : Buffer.concat(chunks), { status, headers });
}
