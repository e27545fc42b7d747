/**
 * Thrown by generated code for what it leaves to protobuf-es: values and payloads that are wrong, and those that
 * protobuf-es accepts although no writer of this schema makes them. One object: nothing is allocated.
 */
export const UNUSUAL = new Error("left to protobuf-es");
