import { type Produce, type ResponseOf, WRITER_SCHEMAS_BYTES_MAX } from "@letterpress/protocol";
import { type WriterDeclaration, writeWriterDeclarations } from "@letterpress/schema";
import type { Connection } from "../connection/connection.ts";
import { LetterpressError } from "../letterpress-error.ts";
import type { ProduceTopic } from "./produce-topics.ts";

interface Declared {
  /** By what tells them apart. */
  readonly schemas: ReadonlyMap<string, WriterDeclaration>;
  /** As they are told; made anew when there are more, so that its identity tells what a connection was told. */
  readonly bytes: Buffer;
}

const FINGERPRINT = /^[0-9a-f]{32}$/;
const SCHEMA_ID_MAX = 0x7fff_ffff;

/**
 * The schemas that a producer says it writes with, and which connections have been told of them. Each is told once a
 * topic, beside the first records that it stores, and again when there is more to tell.
 */
export class WriterSchemas {
  readonly #topics = new Map<string, Declared>();
  readonly #told = new WeakMap<Connection, Map<string, Buffer>>();

  /**
   * Adds to what is declared for a topic. What goes beyond the 4 KiB that brokers keep is not declared.
   *
   * @throws LetterpressError `INVALID_ARGUMENT` for an id or a fingerprint that is none.
   */
  declare(topic: string, schemas: readonly WriterDeclaration[]): void {
    for (const schema of schemas) {
      checkDeclaration(topic, schema);
      const declared = this.#topics.get(topic);
      const key = `${schema.part} ${schema.schemaId} ${schema.fingerprint} ${schema.subject}`;
      if (declared?.schemas.has(key)) continue;
      const all = new Map([...(declared?.schemas ?? []), [key, schema]]);
      const bytes = writeWriterDeclarations([...all.values()]);
      const isMore = declared === undefined || !bytes.equals(declared.bytes);
      if (isMore && bytes.length <= WRITER_SCHEMAS_BYTES_MAX)
        this.#topics.set(topic, { schemas: all, bytes });
    }
  }

  /** What to tell with records of a topic; undefined when there is nothing that the connection was not told. */
  untold(connection: Connection, topic: string): Buffer | undefined {
    const declared = this.#topics.get(topic);
    if (declared === undefined || this.#told.get(connection)?.get(topic) === declared.bytes) return undefined;
    return declared.bytes;
  }

  /** The broker has noted what was sent with topics of which it has stored something; unanswered, with all. */
  told(connection: Connection, sent: readonly ProduceTopic[], answer?: ResponseOf<typeof Produce>): void {
    for (const { name, writerSchemas } of sent) {
      if (writerSchemas === undefined) continue;
      const answered = answer?.responses.find((each) => each.name === name);
      if (answer !== undefined && !answered?.partitionResponses.some(isStored)) continue;
      const topics = this.#told.get(connection) ?? new Map<string, Buffer>();
      this.#told.set(connection, topics.set(name, writerSchemas));
    }
  }
}

function isStored({ errorCode }: { readonly errorCode: number }): boolean {
  return errorCode === 0;
}

function checkDeclaration(topic: string, { schemaId, fingerprint, subject }: WriterDeclaration): void {
  const isId = Number.isInteger(schemaId) && schemaId >= 0 && schemaId <= SCHEMA_ID_MAX;
  if (isId && FINGERPRINT.test(fingerprint)) return;
  throw new LetterpressError(
    "INVALID_ARGUMENT",
    `schema ${schemaId} of ${subject} cannot be declared: an id is an integer, a fingerprint 32 hexadecimal digits`,
    { topic },
  );
}
