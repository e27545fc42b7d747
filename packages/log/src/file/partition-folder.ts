import { join } from "node:path";
import type { Disk } from "../disk/disk.ts";
import { readWhole, replaceFile } from "../disk/whole-file.ts";
import { LogError } from "../log-error.ts";
import type { PartitionId } from "../partition-log.ts";
import { METADATA_NAME } from "./file-names.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const METADATA = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/;
const FOLDER = /^(.+?)-(\d{1,10})(?:\.[A-Za-z0-9_-]{22}-stray)?$/;
/** What stands for itself in a folder's name; Kafka's topic names hold nothing else. */
const PLAIN = /[A-Za-z0-9._-]/;
const PARTITION_MAX = 0x7fff_ffff;

/** The folder of a partition, as Kafka names it: `<topic>-<partition>`. Other characters are percent-encoded. */
export function folderName({ topic, partition, topicId }: PartitionId): string {
  const isPartition = Number.isInteger(partition) && partition >= 0 && partition <= PARTITION_MAX;
  if (topic.length === 0 || !isPartition || !UUID.test(topicId)) {
    throw new LogError(
      "INVALID_PARTITION",
      `topic ${JSON.stringify(topic)}, partition ${partition}, topic id ${JSON.stringify(topicId)} is no partition: ` +
        "it needs a name, a number from 0 on and a UUID",
    );
  }
  const encoded = [...topic].map((char) => (PLAIN.test(char) ? char : percent(char))).join("");
  return `${encoded}-${partition}`;
}

/** Where the folder of a topic goes when another topic takes its name before it was deleted. */
export function strayFolderName(id: PartitionId): string {
  return `${folderName(id)}.${kafkaUuid(id.topicId)}-stray`;
}

/** The name of a folder that is being removed; what a crash left of it is removed at the next start. */
export function deletedFolderName(id: PartitionId): string {
  return `${folderName(id)}.${kafkaUuid(id.topicId)}${DELETED_SUFFIX}`;
}

export const DELETED_SUFFIX = "-delete";

/** Writes whose folder it is, in Kafka's `partition.metadata`. */
export async function writeMetadata(disk: Disk, folder: string, id: PartitionId): Promise<void> {
  const text = `version: 0\ntopic_id: ${kafkaUuid(id.topicId)}\n`;
  await replaceFile(disk, join(folder, METADATA_NAME), Buffer.from(text, "latin1"));
}

/** Whose folder `name` in `dataFolder` is; undefined when it is no partition's, or not yet. */
export async function readPartitionId(
  disk: Disk,
  dataFolder: string,
  name: string,
): Promise<PartitionId | undefined> {
  const parts = FOLDER.exec(name);
  if (parts === null) return undefined;
  const text = (await readWhole(disk, join(dataFolder, name, METADATA_NAME)))?.toString("latin1");
  const metadata = text === undefined ? null : METADATA.exec(text);
  if (metadata === null) return undefined;
  try {
    return {
      topic: decodeURIComponent(parts[1]!),
      partition: Number(parts[2]),
      topicId: hexUuid(metadata[1]!),
    };
  } catch {
    return undefined;
  }
}

/** Kafka prints UUIDs as 22 characters of URL-safe base64. */
function kafkaUuid(topicId: string): string {
  return Buffer.from(topicId.replaceAll("-", ""), "hex").toString("base64url");
}

function hexUuid(base64: string): string {
  const hex = Buffer.from(base64, "base64url").toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function percent(char: string): string {
  return [...Buffer.from(char, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}
