import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";

/** How a field's values look on the wire. */
export type WireKind = "varint" | "fixed32" | "fixed64" | "bytes" | "utf8" | "message" | "group";

/** One field as a structural walk sees it. */
export interface FieldShape {
  readonly number: number;
  readonly name: string;
  readonly kind: WireKind;
  readonly repeated: boolean;
  readonly required: boolean;
  /** The shape of a message or group. */
  readonly message: MessageShape | undefined;
}

/** One message, or one map entry, as a structural walk sees it. Shapes refer to each other in circles. */
export interface MessageShape {
  readonly index: number;
  readonly typeName: string;
  readonly isMapEntry: boolean;
  readonly fields: FieldShape[];
}

/** The shapes of a message and of all it contains; the first one is the message's own. */
export function wireShapes(message: DescMessage): MessageShape[] {
  const shapes: MessageShape[] = [];
  const known = new Map<DescMessage, MessageShape>();
  const waiting: DescMessage[] = [];

  const shapeOf = (type: DescMessage): MessageShape => {
    let shape = known.get(type);
    if (shape === undefined) {
      shape = { index: shapes.length, typeName: type.typeName, isMapEntry: false, fields: [] };
      shapes.push(shape);
      known.set(type, shape);
      waiting.push(type);
    }
    return shape;
  };
  const entryOf = (field: DescField & { fieldKind: "map" }): MessageShape => {
    const base = { repeated: false, required: false };
    const validated = field.utf8Validation;
    const key = {
      ...base,
      number: 1,
      name: "key",
      kind: scalarKind(field.mapKey, validated),
      message: undefined,
    };
    const value =
      field.mapKind === "message"
        ? { kind: "message" as const, message: shapeOf(field.message) }
        : {
            kind: field.mapKind === "enum" ? "varint" : scalarKind(field.scalar, validated),
            message: undefined,
          };
    const typeName = `${field.parent.typeName}.${field.name} entry`;
    const fields: FieldShape[] = [key, { ...base, number: 2, name: "value", ...value } as FieldShape];
    const shape = { index: shapes.length, typeName, isMapEntry: true, fields };
    shapes.push(shape);
    return shape;
  };
  const fieldShape = (field: DescField): FieldShape => ({
    number: field.number,
    name: field.name,
    kind: kindOf(field),
    repeated: field.fieldKind === "list" || field.fieldKind === "map",
    required:
      field.presence === Presence.LEGACY_REQUIRED && field.fieldKind !== "list" && field.fieldKind !== "map",
    message: field.fieldKind === "map" ? entryOf(field) : field.message && shapeOf(field.message),
  });

  shapeOf(message);
  for (let type = waiting.shift(); type !== undefined; type = waiting.shift()) {
    shapeOf(type).fields.push(...type.fields.map(fieldShape));
  }
  return shapes;
}

function kindOf(field: DescField): WireKind {
  if (field.fieldKind === "map") return "message";
  if (field.message !== undefined) {
    return "delimitedEncoding" in field && field.delimitedEncoding === true ? "group" : "message";
  }
  return field.scalar === undefined ? "varint" : scalarKind(field.scalar, field.utf8Validation);
}

function scalarKind(scalar: ScalarType, utf8Validation: boolean): WireKind {
  switch (scalar) {
    case ScalarType.STRING:
      return utf8Validation ? "utf8" : "bytes";
    case ScalarType.BYTES:
      return "bytes";
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return "fixed64";
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return "fixed32";
    default:
      return "varint";
  }
}

/** The wire type of a kind's plain, unpacked form. */
export function wireTypeOf(kind: WireKind): number {
  switch (kind) {
    case "varint":
      return 0;
    case "fixed64":
      return 1;
    case "group":
      return 3;
    case "fixed32":
      return 5;
    default:
      return 2;
  }
}

/** Whether a repeated field of this kind may come packed, whatever its option says. */
export function isPackable(kind: WireKind): boolean {
  return kind === "varint" || kind === "fixed32" || kind === "fixed64";
}
