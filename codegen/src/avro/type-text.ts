import { type AvroNamed, type AvroSchema, type AvroUnion, isNamed, unionShape } from "@letterpress/schema";
import { scalarType } from "./scalars.ts";
import { differsAsInput } from "./type-graph.ts";

/** Whether a type is wanted as readers get it or as writers give it. */
export type Direction = "read" | "input";

export interface TypeTextOptions {
  readonly direction: Direction;
  /** Whether longs are numbers here. */
  readonly longsAsNumbers: boolean;
  /** How a named type is written at the place where it is used; it may need an import there. */
  nameOf(type: AvroNamed, direction: Direction): string;
}

/** The TypeScript type of an Avro schema, as an expression. */
export function typeText(schema: AvroSchema, options: TypeTextOptions): string {
  if (schema.kind === "fixed") return options.nameOf(schema, "read");
  if (isNamed(schema)) {
    const needsInput = options.direction === "input" && schema.kind === "record" && differsAsInput(schema);
    return options.nameOf(schema, needsInput ? "input" : "read");
  }
  switch (schema.kind) {
    case "array":
      return `${grouped(typeText(schema.items, options))}[]`;
    case "map":
      return `Record<string, ${typeText(schema.values, options)}>`;
    case "union":
      return unionText(schema, options);
    default:
      return scalarType(schema, options.direction, options.longsAsNumbers);
  }
}

/** `T | null` for an optional value, a union told apart by `case` for everything else. Null stands last. */
function unionText(union: AvroUnion, options: TypeTextOptions): string {
  const { cases, wrapped, nullIndex } = unionShape(union);
  const texts = cases.map(({ index, name }) => {
    const text = typeText(union.branches[index]!, options);
    return wrapped ? `{ case: ${JSON.stringify(name)}; value: ${text} }` : text;
  });
  return [...texts, ...(nullIndex >= 0 ? ["null"] : [])].join(" | ");
}

function grouped(text: string): string {
  return text.includes(" | ") ? `(${text})` : text;
}
