import { crc32c, Reader, WireError, Writer } from "@letterpress/wire";
import type { ProducedBatch } from "../partition-log.ts";
import { ProducerStates } from "./producer-state.ts";

/*
 * Kafka's producer snapshot, `<offset>.snapshot`:
 *
 *   version                    int16    0   1
 *   CRC-32C                    uint32   2   of everything behind it
 *   count                      int32    6
 *   entries                            10   each:
 *     producer id              int64
 *     producer epoch           int16
 *     last sequence            int32
 *     last offset              int64
 *     offset delta             int32        last offset - base offset of the batch
 *     timestamp                int64
 *     coordinator epoch        int32        -1
 *     first transaction offset int64        -1
 *
 * Kafka writes a producer's last batch only. Here a producer has one entry per batch kept, oldest first, so that all
 * of them survive; a reader that keeps the last entry of a producer id, as Kafka's does, sees what it expects.
 */
const VERSION = 1;
const CRC_AT = 2;
const CRC_END = CRC_AT + 4;
const ENTRY_BYTES = 8 + 2 + 4 + 8 + 4 + 8 + 4 + 8;
const SEQUENCES = 0x8000_0000;

export function encodeProducerSnapshot(states: ProducerStates): Buffer {
  const writer = new Writer();
  let count = 0;
  for (const { batches } of states.entries.values()) count += Math.max(1, batches.length);
  writer.int16(VERSION);
  writer.uint32(0);
  writer.int32(count);
  for (const [producerId, { producerEpoch, batches }] of states.entries) {
    if (batches.length === 0) writeEntry(writer, producerId, producerEpoch, undefined);
    for (const batch of batches) writeEntry(writer, producerId, producerEpoch, batch);
  }
  const content = writer.toBuffer();
  content.writeUInt32BE(crc32c(content, CRC_END), CRC_AT);
  return content;
}

/** Undefined when the bytes are damaged or of another version: the states are then rebuilt from the batches. */
export function decodeProducerSnapshot(content: Buffer): ProducerStates | undefined {
  try {
    const reader = new Reader(content);
    if (reader.int16() !== VERSION || reader.uint32() !== crc32c(content, CRC_END)) return undefined;
    const count = reader.checkCount(reader.int32(), ENTRY_BYTES);
    const states = new ProducerStates();
    for (let index = 0; index < count; index++) readEntry(reader, states);
    return states;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function writeEntry(
  writer: Writer,
  producerId: bigint,
  epoch: number,
  batch: ProducedBatch | undefined,
): void {
  writer.int64(producerId);
  writer.int16(epoch);
  writer.int32(batch?.lastSequence ?? -1);
  writer.int64(batch?.lastOffset ?? -1n);
  writer.int32(batch === undefined ? 0 : Number(batch.lastOffset - batch.baseOffset));
  writer.int64(BigInt(batch?.timestampMs ?? -1));
  writer.int32(-1);
  writer.int64(-1n);
}

function readEntry(reader: Reader, states: ProducerStates): void {
  const producerId = reader.int64();
  const producerEpoch = reader.int16();
  const lastSequence = reader.int32();
  const lastOffset = reader.int64();
  const offsetDelta = reader.int32();
  const timestampMs = Number(reader.int64());
  reader.skip(4 + 8);
  const earlier = states.entries.get(producerId)?.batches ?? [];
  const batch: ProducedBatch = {
    baseSequence: (lastSequence - offsetDelta + SEQUENCES) % SEQUENCES,
    lastSequence,
    baseOffset: lastOffset - BigInt(offsetDelta),
    lastOffset,
    timestampMs,
  };
  states.restore(producerId, { producerEpoch, batches: lastSequence < 0 ? earlier : [...earlier, batch] });
}
