declare const uuid: unique symbol;

/** A UUID in its 36-character text form, as it was read from a field of Avro's logical type `uuid`. */
export type Uuid = string & { readonly [uuid]: true };
