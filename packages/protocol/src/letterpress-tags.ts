/**
 * The tags of the fields that Letterpress adds to Kafka's messages.
 *
 * Whoever does not know a tag skips it (KIP-482), so every Kafka and every client ignores these fields. Kafka numbers
 * its own tags from 0 and uses a handful of them; ours begin at the letters "LP", so that the two never meet.
 */
export const LETTERPRESS_TAG_MIN = 0x4c50;

/** In the topics of a Produce request: the schemas that its client writes the topic with. */
export const WRITER_SCHEMAS_TAG = LETTERPRESS_TAG_MIN;
/** In the topics of a DescribeProducers response: the clients that have declared such schemas. */
export const WRITERS_TAG = LETTERPRESS_TAG_MIN + 1;

/** What a broker keeps of one declaration; a longer one is ignored. */
export const WRITER_SCHEMAS_BYTES_MAX = 4096;
