import { randomUUID } from "node:crypto";
import {
  type LogConfig,
  type LogEngine,
  type PartitionId,
  STATE_LOG_CONFIG,
  StateLog,
} from "@letterpress/log";
import type { MetadataLog } from "./metadata-log.ts";
import { encodeMetadata } from "./metadata-record.ts";
import { MetadataState } from "./metadata-state.ts";

/** The log that holds topics, producer ids and the cluster's id. It is no topic that clients can see. */
export const METADATA_TOPIC = "__cluster_metadata";
/** The id Apache Kafka gives to its own metadata topic. */
export const METADATA_TOPIC_ID = "00000000-0000-0000-0000-000000000001";
export const METADATA_PARTITION: PartitionId = {
  topic: METADATA_TOPIC,
  topicId: METADATA_TOPIC_ID,
  partition: 0,
};

export interface OpenMetadataLog extends MetadataLog {
  close(): Promise<void>;
}

/** Replays the metadata log; the first start gives the cluster its id. */
export async function openMetadata(engine: LogEngine, flush: LogConfig["flush"]): Promise<OpenMetadataLog> {
  const log = await engine.open(METADATA_PARTITION, { ...STATE_LOG_CONFIG, flush });
  const state = new MetadataState();
  const stateLog = await StateLog.open(log, state);
  const metadata: OpenMetadataLog = {
    state,
    isShared: false,
    log,
    write: async (record) => {
      await stateLog.append([encodeMetadata(record)]);
    },
    close: async () => {
      await stateLog.close();
      await log.close();
    },
  };
  if (state.clusterId === "") await metadata.write({ kind: "cluster", clusterId: newClusterId() }, null);
  return metadata;
}

/** 128 random bits in 22 characters, as Apache Kafka writes its cluster ids. */
export function newClusterId(): string {
  return Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");
}
