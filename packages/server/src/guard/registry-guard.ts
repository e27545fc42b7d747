import {
  type GuardedBatch,
  GuardUnavailableError,
  type RecordFault,
  type RecordGuard,
} from "@letterpress/broker";
import type { TopicGuardSettings } from "./guard-settings.ts";
import { mayBeNews } from "./part-fault.ts";
import { PartGate } from "./part-gate.ts";
import type { SchemaSource } from "./writer-schema.ts";

export interface RegistryGuardOptions {
  /** The registry whose schemas count. */
  readonly registry: SchemaSource;
  /** The settings of a topic, undefined when it has none. Called for every batch: must be cheap. */
  readonly settings: (topic: string) => TopicGuardSettings | undefined;
  /** Told of every fault that was found. What becomes of its batch is for the broker to say. Default: nobody. */
  readonly onFaults?: ((topic: string, faults: readonly RecordFault[]) => void) | undefined;
  /**
   * Brings the registry's state up to date; asked once per batch whose schemas it does not know. Left out where
   * every change is known at once, as in one process.
   */
  readonly catchUp?: (() => Promise<void>) | undefined;
}

/** What a topic's records are checked with. */
interface TopicGate {
  readonly settings: TopicGuardSettings;
  readonly key: PartGate | undefined;
  readonly value: PartGate | undefined;
}

const NO_FAULTS: readonly RecordFault[] = Object.freeze([]);
const TOPICS_MAX = 10_000;

/**
 * Checks record batches against the schema registry: at level `id` that every record names a schema which is
 * registered for its topic, at level `full` also that its payload decodes. Tombstones and control batches pass.
 */
export class RegistryGuard implements RecordGuard {
  readonly #options: RegistryGuardOptions;
  readonly #gates = new Map<string, TopicGate>();
  /** The registry's count of permanent deletions when the gates were made. */
  #removalCount: number;

  constructor(options: RegistryGuardOptions) {
    this.#options = options;
    this.#removalCount = options.registry.state.removalCount;
  }

  guards(topic: string): boolean {
    const settings = this.#options.settings(topic);
    return settings !== undefined && (isChecked(settings.key) || isChecked(settings.value));
  }

  /** @throws WireError when the batch cannot be opened, GuardUnavailableError when catching up fails. */
  check(batch: GuardedBatch): readonly RecordFault[] | Promise<readonly RecordFault[]> {
    if (batch.header.isControl) return NO_FAULTS;
    const settings = this.#options.settings(batch.topic);
    if (settings === undefined) return NO_FAULTS;
    const faults = this.#scan(batch, settings);
    if (faults.length === 0) return NO_FAULTS;
    if (this.#options.catchUp !== undefined && faults.some(({ reason }) => mayBeNews(reason))) {
      return this.#checkAgain(batch, settings, this.#options.catchUp);
    }
    return this.#reported(batch.topic, faults);
  }

  /** Forgets what is known about a topic that was deleted. */
  forget(topic: string): void {
    this.#gates.delete(topic);
  }

  #scan(batch: GuardedBatch, settings: TopicGuardSettings): readonly RecordFault[] {
    const { key, value } = this.#gate(batch.topic, settings);
    const cursor = batch.records();
    let faults: RecordFault[] | undefined;
    while (cursor.next()) {
      if (key !== undefined && cursor.keyStart >= 0) {
        const fault = key.check(cursor, cursor.keyStart, cursor.keyEnd);
        if (fault !== undefined) {
          faults ??= [];
          faults.push({ index: cursor.count - 1, part: "key", ...fault });
        }
      }
      if (value !== undefined && cursor.valueStart >= 0) {
        const fault = value.check(cursor, cursor.valueStart, cursor.valueEnd);
        if (fault !== undefined) {
          faults ??= [];
          faults.push({ index: cursor.count - 1, part: "value", ...fault });
        }
      }
    }
    return faults ?? NO_FAULTS;
  }

  async #checkAgain(
    batch: GuardedBatch,
    settings: TopicGuardSettings,
    catchUp: () => Promise<void>,
  ): Promise<readonly RecordFault[]> {
    try {
      await catchUp();
    } catch (cause) {
      throw new GuardUnavailableError("The schema registry cannot be asked now; try again", { cause });
    }
    return this.#reported(batch.topic, this.#scan(batch, settings));
  }

  #reported(topic: string, faults: readonly RecordFault[]): readonly RecordFault[] {
    if (faults.length > 0) this.#options.onFaults?.(topic, faults);
    return faults;
  }

  #gate(topic: string, settings: TopicGuardSettings): TopicGate {
    const { state } = this.#options.registry;
    if (state.removalCount !== this.#removalCount) {
      this.#gates.clear();
      this.#removalCount = state.removalCount;
    }
    const known = this.#gates.get(topic);
    if (known?.settings === settings) return known;
    const gate = {
      settings,
      key: this.#part(topic, "key", settings),
      value: this.#part(topic, "value", settings),
    };
    this.#gates.delete(topic);
    if (this.#gates.size >= TOPICS_MAX) this.#gates.delete(this.#gates.keys().next().value!);
    this.#gates.set(topic, gate);
    return gate;
  }

  #part(topic: string, part: "key" | "value", settings: TopicGuardSettings): PartGate | undefined {
    const own = settings[part];
    return isChecked(own) ? new PartGate(this.#options.registry, { topic, part, ...own }) : undefined;
  }
}

function isChecked({ validation }: TopicGuardSettings["key"]): boolean {
  return validation !== "none";
}
