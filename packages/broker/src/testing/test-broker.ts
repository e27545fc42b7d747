import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileEngine, openMemoryEngine } from "@letterpress/log";
import { encodeRecordBatch, type RecordInit } from "@letterpress/wire";
import type { BrokerOptions } from "../broker-options.ts";
import type { RunningBroker } from "../running-broker.ts";
import { startBroker } from "../start-broker.ts";

export type TestBrokerOptions = Omit<BrokerOptions, "engine">;

export function startMemoryBroker(options: TestBrokerOptions = {}): Promise<RunningBroker> {
  return startBroker({ engine: openMemoryEngine(), ...options });
}

/** A data folder that is removed at the end of its scope; brokers may be started on it again and again. */
export class TestFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), "letterpress-broker-")));
  }

  async start(options: TestBrokerOptions = {}): Promise<RunningBroker> {
    return startBroker({ engine: await openFileEngine(this.path), logDir: this.path, ...options });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** A record batch of text values; keys are null unless given. */
export function batchOf(values: readonly (string | RecordInit)[], options = {}): Buffer {
  const records = values.map((value) => (typeof value === "string" ? { value: Buffer.from(value) } : value));
  return encodeRecordBatch(records, options);
}
