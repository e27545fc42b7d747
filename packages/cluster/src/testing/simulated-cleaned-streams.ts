import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import type { PartitionStream } from "../jetstream/partition-stream.ts";
import type { Generation } from "../log/generation.ts";
import type { SimulatedNetwork } from "./simulated-network.ts";
import { callServer, SimulatedStream } from "./simulated-stream.ts";

/** The streams of a log's compacted fronts, behind the same network as the log. */
export class SimulatedCleanedStreams implements CleanedStreams {
  readonly #network: SimulatedNetwork;
  readonly #streams = new Map<string, SimulatedStream>();
  readonly #generations = new Map<string, Generation>();

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  /** How many generations were ever begun. */
  get count(): number {
    return this.#streams.size;
  }

  /** The generations whose streams are there. */
  get present(): readonly Generation[] {
    return [...this.#generations.values()].filter((each) => !this.#stream(each).isDeleted);
  }

  create(generation: Generation): Promise<PartitionStream> {
    return callServer(this.#network, () => {
      const key = keyOf(generation);
      if (!this.#streams.has(key)) this.#streams.set(key, new SimulatedStream(this.#network));
      this.#generations.set(key, generation);
      return this.at(generation);
    });
  }

  at(generation: Generation): PartitionStream {
    return this.#stream(generation).connect();
  }

  list(): Promise<readonly Generation[]> {
    return callServer(this.#network, () => this.present);
  }

  remove(generation: Generation): Promise<void> {
    return callServer(this.#network, () => this.#stream(generation).delete());
  }

  #stream(generation: Generation): SimulatedStream {
    const stream = this.#streams.get(keyOf(generation));
    if (stream !== undefined) return stream;
    const missing = new SimulatedStream(this.#network);
    missing.delete();
    return missing;
  }
}

function keyOf({ term, number }: Generation): string {
  return `${term}-${number}`;
}
