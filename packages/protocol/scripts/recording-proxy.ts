import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  APIS,
  ApiVersions,
  apiByKey,
  decodeResponse,
  encodeResponse,
  FrameDecoder,
  readRequestHeader,
} from "@letterpress/protocol";
import { Reader } from "@letterpress/wire";

/** One request and its response as a client and Apache Kafka exchanged them, frames without their length. */
export interface Exchange {
  readonly client: string;
  readonly api: string;
  readonly version: number;
  readonly request: Buffer;
  readonly response: Buffer;
}

interface Pending {
  readonly client: string;
  readonly api: string;
  readonly version: number;
  readonly request: Buffer;
}

/** The broker reaches itself through the proxy, too, to verify transactions. */
const BROKER_CLIENT_ID = "AddPartitionsManager";
/** Larger exchanges show nothing that smaller ones do not. */
const EXCHANGE_BYTES_MAX = 6000;

/**
 * Sits between clients and a broker and keeps the most telling exchange of each client, API and version. It narrows
 * the version ranges that the broker offers to ours, so that clients choose the versions they will choose with us.
 */
export class RecordingProxy {
  /** The name that the next connections are recorded under. */
  client = "";
  /** How far below our last versions the next connections are held. */
  stepsDown = 0;
  readonly #exchanges = new Map<string, Exchange>();
  readonly #server: Server;
  readonly #upstreamPort: number;

  constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((socket) => this.#serve(socket, this.client));
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  close(): void {
    this.#server.close();
  }

  exchanges(): Exchange[] {
    return [...this.#exchanges.values()];
  }

  #serve(downstream: Socket, client: string): void {
    const upstream = connect(this.#upstreamPort, "127.0.0.1");
    const pending = new Map<number, Pending>();
    const requests = new FrameDecoder();
    const responses = new FrameDecoder();
    downstream.on("data", (chunk) => {
      requests.push(chunk);
      for (const frame of requests) {
        const { api, apiVersion: version, correlationId, clientId } = readRequestHeader(new Reader(frame));
        if (api?.supports(version)) {
          const sender = clientId?.startsWith(BROKER_CLIENT_ID) ? "broker" : client;
          pending.set(correlationId, { client: sender, api: api.name, version, request: frame });
        }
        upstream.write(withLength(frame));
      }
    });
    upstream.on("data", (chunk) => {
      responses.push(chunk);
      for (const frame of responses) {
        const request = pending.get(frame.readInt32BE(0));
        pending.delete(frame.readInt32BE(0));
        if (request !== undefined) this.#keep({ ...request, response: frame });
        const narrow = request?.api === ApiVersions.name;
        for (const part of narrow
          ? narrowVersions(request.version, frame, this.stepsDown)
          : [withLength(frame)]) {
          downstream.write(part);
        }
      }
    });
    for (const [one, other] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      one.on("close", () => other.destroy());
      one.on("error", () => other.destroy());
    }
  }

  #keep({ client, api, version, request, response }: Exchange): void {
    const key = `${client} ${api} ${version}`;
    const size = request.length + response.length;
    const kept = this.#exchanges.get(key);
    if (
      kept !== undefined &&
      (size > EXCHANGE_BYTES_MAX || size <= kept.request.length + kept.response.length)
    ) {
      return;
    }
    this.#exchanges.set(key, { client, api, version, request, response });
  }
}

function withLength(frame: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(frame.length + 4);
  bytes.writeInt32BE(frame.length, 0);
  frame.copy(bytes, 4);
  return bytes;
}

/** Offers only what this build speaks, less `stepsDown` versions where there are as many; features go, because they promise versions beyond it. */
function narrowVersions(version: number, frame: Buffer, stepsDown: number): Buffer[] {
  const { correlationId, body } = decodeResponse(ApiVersions, version, frame);
  const apiKeys = body.apiKeys.flatMap(({ apiKey, minVersion, maxVersion }) => {
    const ours = apiByKey(apiKey)?.versions;
    if (ours === undefined) return [];
    const lowest = Math.max(minVersion, ours[0]);
    const highest = Math.min(maxVersion, ours[1]);
    return { apiKey, minVersion: lowest, maxVersion: Math.max(lowest, highest - stepsDown) };
  });
  return encodeResponse(ApiVersions, version, correlationId, {
    errorCode: body.errorCode,
    apiKeys: APIS.flatMap(({ key }) => apiKeys.filter(({ apiKey }) => apiKey === key)),
    throttleTimeMs: body.throttleTimeMs,
  });
}
