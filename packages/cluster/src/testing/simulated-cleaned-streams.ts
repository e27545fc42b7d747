import type { CleanedStreams } from "../jetstream/cleaned-streams.ts";
import type { Generation } from "../log/generation.ts";
import type { SimulatedClient, SimulatedNetwork } from "./simulated-network.ts";
import { callServer, SimulatedStream } from "./simulated-stream.ts";

/** The streams of a log's compacted fronts, behind the same network as the log. */
export class SimulatedCleanedStreams {
  readonly #network: SimulatedNetwork;
  readonly #streams = new Map<
    string,
    { readonly generation: Generation; readonly stream: SimulatedStream }
  >();

  constructor(network: SimulatedNetwork) {
    this.#network = network;
  }

  /** How many generations were ever begun. */
  get count(): number {
    return this.#streams.size;
  }

  /** The generations whose streams are there. */
  get present(): readonly Generation[] {
    const all = [...this.#streams.values()];
    return all.filter(({ stream }) => !stream.isDeleted).map(({ generation }) => generation);
  }

  /** A connection to the streams, as logs want it. */
  connect(client: SimulatedClient): CleanedStreams {
    const at = (generation: Generation) => this.#stream(generation).connect(client);
    return {
      at,
      create: (generation) =>
        callServer(client, () => {
          const key = keyOf(generation);
          const stream = this.#streams.get(key)?.stream ?? new SimulatedStream(this.#network);
          this.#streams.set(key, { generation, stream });
          return at(generation);
        }),
      list: () => callServer(client, () => this.present),
      remove: (generation) => callServer(client, () => this.#stream(generation).delete()),
    };
  }

  #stream(generation: Generation): SimulatedStream {
    const known = this.#streams.get(keyOf(generation))?.stream;
    if (known !== undefined) return known;
    const missing = new SimulatedStream(this.#network);
    missing.delete();
    return missing;
  }
}

function keyOf({ term, number }: Generation): string {
  return `${term}-${number}`;
}
