/**
 * Values within values of the same record may go this deep. Deeper payloads are refused: a few bytes per level
 * would otherwise overflow the stack of every reader.
 */
export const RECURSION_DEPTH_MAX = 500;

/**
 * How many items without any bytes (`null`, empty records) a payload may hold in all: otherwise five bytes could
 * claim two thousand million of them.
 */
export const ZERO_WIDTH_ITEMS_MAX = 65_536;

/** A schema and its references may define this many named types in all. */
export const NAMED_TYPES_MAX = 2_000;

/** Defaults whose nested defaults make them longer than this are refused: each level can double them. */
export const DEFAULT_BYTES_MAX = 1024 * 1024;
