/** What is written behind the rule: the path, and Confluent's `additionalInfo`. */
export type Expected = readonly string[];

function record(fields: unknown[], more: object = {}): object {
  return { type: "record", name: "R", fields, ...more };
}

function enumOf(symbols: string[], more: object = {}): object {
  return { type: "enum", name: "E", symbols, ...more };
}

const A = { name: "a", type: "int" };
const B = { name: "b", type: "string" };
const LIST = record([{ name: "next", type: ["null", "R"], default: null }, A]);

const mismatch = (path: string, reader: string, writer: string): string =>
  `TYPE_MISMATCH ${path} reader type: ${reader} not compatible with writer type: ${writer}`;
const missing = (path: string, writer: string): string =>
  `MISSING_UNION_BRANCH ${path} reader union lacking writer type: ${writer}`;

/** Avro compatibility, rule by rule: name, one schema, another, what is found when the first reads the second, and the other way round. */
export const AVRO_COMPATIBILITY: readonly [string, unknown, unknown, Expected, Expected][] = [
  ["the same primitive", "string", "string", [], []],
  ["int and long", "long", "int", [], [mismatch("/", "INT", "LONG")]],
  ["int and float", "float", "int", [], [mismatch("/", "INT", "FLOAT")]],
  ["int and double", "double", "int", [], [mismatch("/", "INT", "DOUBLE")]],
  ["long and float", "float", "long", [], [mismatch("/", "LONG", "FLOAT")]],
  ["long and double", "double", "long", [], [mismatch("/", "LONG", "DOUBLE")]],
  ["float and double", "double", "float", [], [mismatch("/", "FLOAT", "DOUBLE")]],
  ["string and bytes", "string", "bytes", [], []],
  ["int and string", "int", "string", [mismatch("/", "INT", "STRING")], [mismatch("/", "STRING", "INT")]],
  [
    "boolean and null",
    "boolean",
    "null",
    [mismatch("/", "BOOLEAN", "NULL")],
    [mismatch("/", "NULL", "BOOLEAN")],
  ],
  [
    "arrays",
    { type: "array", items: "long" },
    { type: "array", items: "int" },
    [],
    [mismatch("/items", "INT", "LONG")],
  ],
  [
    "maps",
    { type: "map", values: "long" },
    { type: "map", values: "int" },
    [],
    [mismatch("/values", "INT", "LONG")],
  ],
  [
    "an array and a map",
    { type: "array", items: "int" },
    { type: "map", values: "int" },
    [mismatch("/", "ARRAY", "MAP")],
    [mismatch("/", "MAP", "ARRAY")],
  ],
  ["a field with a default added", record([A, { ...B, default: "" }]), record([A]), [], []],
  [
    "a field without a default added",
    record([A, B]),
    record([A]),
    ["READER_FIELD_MISSING_DEFAULT_VALUE /fields/1 b"],
    [],
  ],
  [
    "a nullable field without a default is not optional",
    record([A, { name: "b", type: ["null", "string"] }]),
    record([A]),
    ["READER_FIELD_MISSING_DEFAULT_VALUE /fields/1 b"],
    [],
  ],
  [
    "a field renamed with an alias",
    record([{ name: "z", type: "int", aliases: ["a"] }]),
    record([A]),
    [],
    ["READER_FIELD_MISSING_DEFAULT_VALUE /fields/0 a"],
  ],
  [
    "a field's type changed",
    record([{ name: "a", type: "string" }]),
    record([A]),
    [mismatch("/fields/0/type", "STRING", "INT")],
    [mismatch("/fields/0/type", "INT", "STRING")],
  ],
  ["fields in another order", record([A, B]), record([B, A]), [], []],
  [
    "a record renamed",
    record([A], { name: "S" }),
    record([A]),
    ["NAME_MISMATCH /name expected: R"],
    ["NAME_MISMATCH /name expected: S"],
  ],
  [
    "a record renamed with an alias",
    record([A], { name: "S", aliases: ["R"] }),
    record([A]),
    [],
    ["NAME_MISMATCH /name expected: S"],
  ],
  [
    "a record moved to another namespace",
    record([A], { namespace: "x" }),
    record([A], { namespace: "y" }),
    [],
    [],
  ],
  ["a symbol added", enumOf(["A", "B"]), enumOf(["A"]), [], ["MISSING_ENUM_SYMBOLS /symbols [B]"]],
  [
    "symbols added, and the old reader has a default",
    enumOf(["A", "C", "B"]),
    enumOf(["A"], { default: "A" }),
    [],
    [],
  ],
  [
    "several symbols are listed sorted",
    enumOf(["A"]),
    enumOf(["C", "B", "A"]),
    ["MISSING_ENUM_SYMBOLS /symbols [B, C]"],
    [],
  ],
  [
    "a field of an enum with a default of its own is missing",
    record([A, { name: "e", type: enumOf(["A"], { default: "A" }) }]),
    record([A]),
    [mismatch("/fields/1/type", "ENUM", "RECORD")],
    [],
  ],
  [
    "a fixed of another size",
    { type: "fixed", name: "F", size: 4 },
    { type: "fixed", name: "F", size: 8 },
    ["FIXED_SIZE_MISMATCH /size expected: 8, found: 4"],
    ["FIXED_SIZE_MISMATCH /size expected: 4, found: 8"],
  ],
  [
    "a fixed of another name and size",
    { type: "fixed", name: "F", size: 4 },
    { type: "fixed", name: "G", size: 8 },
    ["NAME_MISMATCH /name expected: G", "FIXED_SIZE_MISMATCH /size expected: 8, found: 4"],
    ["NAME_MISMATCH /name expected: F", "FIXED_SIZE_MISMATCH /size expected: 4, found: 8"],
  ],
  ["a union's branches in another order", ["int", "string"], ["string", "int"], [], []],
  ["a branch added", ["null", "int", "string"], ["null", "int"], [], [missing("/2", "STRING")]],
  ["a type becomes nullable", ["null", "int"], "int", [], [mismatch("/", "INT", "NULL")]],
  [
    "a union that promotes",
    ["null", "long"],
    "int",
    [],
    [mismatch("/", "INT", "NULL"), mismatch("/", "INT", "LONG")],
  ],
  [
    "a union without the type",
    ["null", "boolean"],
    "string",
    [missing("/", "STRING")],
    [mismatch("/", "STRING", "NULL"), mismatch("/", "STRING", "BOOLEAN")],
  ],
  [
    "a branch whose record changed",
    record([{ name: "u", type: ["null", { type: "record", name: "S", fields: [A, B] }] }]),
    record([{ name: "u", type: ["null", { type: "record", name: "S", fields: [A] }] }]),
    [missing("/fields/0/type/1", "RECORD")],
    [],
  ],
  ["recursion", LIST, LIST, [], []],
  [
    "recursion with a change inside",
    record([{ name: "next", type: ["null", "R"], default: null }, A, B]),
    LIST,
    ["READER_FIELD_MISSING_DEFAULT_VALUE /fields/2 b"],
    [],
  ],
  ["logical types do not matter", { type: "long", logicalType: "timestamp-millis" }, "long", [], []],
];
