/** The longest schema text that is parsed, in UTF-16 code units. */
export const TEXT_LENGTH_MAX = 4 * 1024 * 1024;
/** How deep messages, groups and aggregate option values may nest. */
export const NESTING_DEPTH_MAX = 32;
/** How many files one schema may include, directly or not. */
export const FILES_MAX = 1000;
/** How many levels of messages a payload may nest, as protobuf implementations commonly allow. */
export const PAYLOAD_DEPTH_MAX = 100;
/** The largest field number; numbers behind it do not fit a tag. */
export const FIELD_NUMBER_MAX = 536_870_911;
/** The largest number of an extension of a message in the old message-set format. */
export const MESSAGE_SET_NUMBER_MAX = 2_147_483_646;
/** Field numbers the Protobuf implementation keeps to itself. */
export const FIELD_NUMBERS_INTERNAL = [19_000, 19_999] as const;
