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
