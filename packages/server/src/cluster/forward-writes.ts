import { setTimeout as delay } from "node:timers/promises";
import type { RunningBroker } from "@letterpress/broker";
import type { ClusterMember } from "@letterpress/cluster";
import { type AskPeer, isUnreached } from "./peer-request.ts";

/** Marks a request that another broker has passed on already, under the name that Confluent's registry gives it. */
const FORWARDED = "x-forward";
/** Marks an answer that says that nothing was done, because leadership is moving. */
const NOT_LED = "x-letterpress-not-led";
const TIMEOUT_MS = 20_000;
const RETRY_MS = 100;
const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** Of this connection alone, or given anew by whoever sends the message on. */
const HOP_HEADERS = [
  "connection",
  "content-encoding",
  "content-length",
  "host",
  "keep-alive",
  "transfer-encoding",
];

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface ForwardOptions {
  readonly broker: RunningBroker;
  readonly member: ClusterMember;
  readonly askPeer: AskPeer;
  /** The topic of the registry; the leader of its one partition takes the writes. */
  readonly topic: string;
  /** Whether this broker can write to it. */
  isLed(): boolean;
  /** Resolves when everything that is stored can be read here. */
  catchUp(): Promise<void>;
}

/**
 * The registry of one broker among several: it reads its own copy, and passes writes on to the broker that leads the
 * registry's topic. An answer comes when what was written can be read here, too. While leadership moves, writes wait.
 */
export function forwardWrites(local: Fetch, options: ForwardOptions): Fetch {
  return async (request) => {
    if (READS.has(request.method) || options.isLed()) return local(request);
    if (request.headers.has(FORWARDED)) return notLed("this broker does not lead the registry's topic");
    try {
      const body = await request.arrayBuffer();
      return await passOn({ request, body, local, options, deadlineMs: performance.now() + TIMEOUT_MS });
    } catch (error) {
      return refusal(`the broker that leads the registry's topic cannot be asked: ${String(error)}`);
    }
  };
}

interface Passing {
  readonly request: Request;
  readonly body: ArrayBuffer;
  readonly local: Fetch;
  readonly options: ForwardOptions;
  readonly deadlineMs: number;
}

async function passOn({ request, body, local, options, deadlineMs }: Passing): Promise<Response> {
  while (performance.now() < deadlineMs) {
    if (options.isLed()) {
      const { url, method, headers } = request;
      return local(new Request(url, { method, headers, body }));
    }
    const leader = leaderUrl(options);
    if (leader !== undefined) {
      const answer = await pass(request, body, leader, options.askPeer);
      if (answer !== undefined && !answer.headers.has(NOT_LED)) {
        await options.catchUp();
        return answer;
      }
    }
    await delay(RETRY_MS);
  }
  return refusal("no broker leads the registry's topic now; try again");
}

function leaderUrl({ broker, member, topic }: ForwardOptions): string | undefined {
  const leaderId = broker.cluster.leaderOf(topic, 0)?.leaderId;
  if (leaderId === broker.nodeId) return undefined;
  return member.sessions().find(({ nodeId }) => nodeId === leaderId)?.http ?? undefined;
}

/** Undefined when the leader cannot be reached: it may have died, and another one will lead. */
async function pass(
  request: Request,
  body: ArrayBuffer,
  leader: string,
  askPeer: AskPeer,
): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url);
  const headers = withoutHopHeaders(request.headers);
  headers.set(FORWARDED, "true");
  try {
    const { method } = request;
    const answer = await askPeer(leader + pathname + search, {
      method,
      headers,
      body,
      timeoutMs: TIMEOUT_MS,
    });
    return new Response(answer.body, { status: answer.status, headers: withoutHopHeaders(answer.headers) });
  } catch (error) {
    if (!isUnreached(error)) throw error;
    return undefined;
  }
}

function withoutHopHeaders(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of HOP_HEADERS) kept.delete(name);
  return kept;
}

function notLed(message: string): Response {
  const response = refusal(message);
  response.headers.set(NOT_LED, "true");
  return response;
}

/** Confluent's code for a write that could not be passed on to the leader. */
function refusal(message: string): Response {
  return Response.json({ error_code: 50003, message }, { status: 500 });
}
