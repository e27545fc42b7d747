import net from "node:net";
import {
  type AnyApi,
  ApiVersions,
  decodeRequestBody,
  encodeResponse,
  FindCoordinator,
  FrameDecoder,
  InitProducerId,
  Metadata,
  NIL_UUID,
  Produce,
  type RequestOf,
  type ResponseInitOf,
  readRequestHeader,
} from "@letterpress/protocol";
import { openRecords, Reader, readBatches } from "@letterpress/wire";

type ProduceRequest = RequestOf<typeof Produce>;
type ProduceAnswer = { readonly errorCode: number } & Partial<
  ResponseInitOf<typeof Produce>["responses"][number]["partitionResponses"][number]
>;

/** What the broker does with one batch: store it, refuse it, store it and lose the answer, or hang up at once. */
export type ProduceStep = "store" | "store-and-hang-up" | "hang-up" | "silence" | ProduceAnswer;

interface ProducerState {
  epoch: number;
  lastSequence: number;
  /** The base offset by base sequence, of the latest batches. */
  readonly offsets: Map<number, bigint>;
}

const OUT_OF_ORDER_SEQUENCE = 45;
const NODE_ID = 1;

/**
 * A broker that follows a script, made of the protocol package alone: it stores what is produced to one topic as Kafka
 * would, sequences checked, except where the script says otherwise.
 */
export class ScriptedBroker implements AsyncDisposable {
  readonly topic = "scripted";
  /** The values stored, by partition. */
  readonly stored: string[][];
  /** The values of every Produce request, one array per batch, in the order of arrival. */
  readonly received: string[][] = [];
  /** What each Produce request declared of its writer schemas; empty where it declared nothing. */
  readonly declared: Buffer[] = [];
  /** Whether it knows of no leader, as one does that has lost the others. */
  isCutOff = false;
  readonly apis: AnyApi[] = [ApiVersions, Metadata, FindCoordinator, InitProducerId, Produce];
  readonly #steps: ProduceStep[];
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  readonly #producers: Map<bigint, ProducerState>[];
  #producerIds = 0n;
  #requests = 0;
  #holding: (() => void)[] | undefined;

  /** `steps` are taken one per batch; then everything is stored. */
  static async start(steps: readonly ProduceStep[] = [], partitions = 1): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(steps, partitions);
    await new Promise<void>((resolve) => broker.#server.listen(0, "127.0.0.1", resolve));
    return broker;
  }

  private constructor(steps: readonly ProduceStep[], partitions: number) {
    this.#steps = [...steps];
    this.stored = Array.from({ length: partitions }, () => []);
    this.#producers = Array.from({ length: partitions }, () => new Map());
    this.#server = net.createServer((socket) => this.#serve(socket));
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get produceCount(): number {
    return this.#requests;
  }

  /** Answers no Produce request until `release`. */
  hold(): void {
    this.#holding = [];
  }

  release(): void {
    const held = this.#holding ?? [];
    this.#holding = undefined;
    for (const answer of held) answer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get #port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    const frames = new FrameDecoder();
    socket.on("data", (chunk: Buffer) => {
      frames.push(chunk);
      for (const frame of frames) this.#request(socket, frame);
    });
  }

  #request(socket: net.Socket, frame: Buffer): void {
    const reader = new Reader(frame);
    const { api, apiVersion, correlationId } = readRequestHeader(reader);
    if (api === undefined) throw new Error("the client sent an API that the script does not know");
    const body = decodeRequestBody(api, apiVersion, reader);
    const answer = (response: unknown): void => {
      for (const chunk of encodeResponse(api, apiVersion, correlationId, response)) socket.write(chunk);
    };
    if (api.key === Produce.key) {
      this.#requests++;
      const run = (): void => this.#produce(socket, body as ProduceRequest, answer);
      if (this.#holding === undefined) run();
      else this.#holding.push(run);
    } else answer(this.#respond(api));
  }

  #respond(api: AnyApi): unknown {
    if (api.key === ApiVersions.key) {
      const apiKeys = this.apis.map(({ key, versions }) => ({
        apiKey: key,
        minVersion: versions[0],
        maxVersion: versions[1],
      }));
      return { errorCode: 0, apiKeys };
    }
    if (api.key === InitProducerId.key) {
      return { errorCode: 0, producerId: this.#producerIds++, producerEpoch: 0 };
    }
    const partitions = this.stored.map((_, index) => ({
      errorCode: 0,
      partitionIndex: index,
      leaderId: this.isCutOff ? -1 : NODE_ID,
      leaderEpoch: 0,
      replicaNodes: [NODE_ID],
      isrNodes: [NODE_ID],
    }));
    return {
      brokers: [{ nodeId: NODE_ID, host: "127.0.0.1", port: this.#port }],
      controllerId: NODE_ID,
      topics: [{ errorCode: 0, name: this.topic, topicId: NIL_UUID, partitions }],
    };
  }

  #produce(socket: net.Socket, request: ProduceRequest, answer: (response: unknown) => void): void {
    let ending: ProduceStep | undefined;
    this.declared.push(Buffer.concat(request.topicData.map(({ writerSchemas }) => writerSchemas)));
    const responses = request.topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        const step = this.#steps.shift() ?? "store";
        this.received.push(valuesOf(records!));
        if (typeof step === "object") return { index, baseOffset: -1n, ...step };
        if (step === "hang-up" || step === "silence") {
          ending = step;
          return { index, errorCode: 0, baseOffset: -1n };
        }
        if (step === "store-and-hang-up") ending = step;
        return { index, ...this.#store(index, records!) };
      }),
    }));
    if (ending === "silence") return;
    if (ending === undefined) answer({ responses });
    else socket.destroy();
  }

  /** Appends as Kafka does: repeated batches are recognised, gaps refused, a new epoch starts at sequence 0. */
  #store(index: number, records: Buffer): { errorCode: number; baseOffset: bigint } {
    const [batch] = readBatches(records);
    const { producerId, producerEpoch, baseSequence, recordCount } = batch!.header;
    const log = this.stored[index]!;
    const baseOffset = BigInt(log.length);
    if (producerId >= 0n) {
      const producers = this.#producers[index]!;
      const known = producers.get(producerId);
      const isNewEpoch = known === undefined || producerEpoch > known.epoch;
      const repeated = isNewEpoch ? undefined : known.offsets.get(baseSequence);
      if (repeated !== undefined) return { errorCode: 0, baseOffset: repeated };
      const expected = isNewEpoch ? 0 : known.lastSequence + 1;
      if (baseSequence !== expected) return { errorCode: OUT_OF_ORDER_SEQUENCE, baseOffset: -1n };
      const offsets = isNewEpoch ? new Map<number, bigint>() : known.offsets;
      offsets.set(baseSequence, baseOffset);
      producers.set(producerId, {
        epoch: producerEpoch,
        lastSequence: baseSequence + recordCount - 1,
        offsets,
      });
    }
    log.push(...valuesOf(records));
    return { errorCode: 0, baseOffset };
  }
}

function valuesOf(records: Buffer): string[] {
  const values: string[] = [];
  for (const { header, at } of readBatches(records)) {
    const cursor = openRecords(records, header, at);
    while (cursor.next()) values.push(cursor.value()?.toString() ?? "");
  }
  return values;
}
