import fc from "fast-check";

/**
 * Random records out of few names and types, so that two of them often have fields in common, in types that often
 * can be read as one another.
 */
export const arbitraryRecordSchema: fc.Arbitrary<object> = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 4 }),
    fc.infiniteStream(fc.nat(99)),
  )
  .map(([names, stream]) => {
    const next = (): number => stream.next().value as number;
    const fields = names.map((name) => field(name, next));
    return { type: "record", name: "R", fields };
  });

interface Typed {
  readonly type: unknown;
  readonly default: unknown;
}

function field(name: string, next: () => number): object {
  const typed = typeOf(next, 0);
  const aliases = next() < 15 ? { aliases: ["a", "b"].filter((alias) => alias !== name) } : {};
  const withDefault = next() < 80 ? { default: typed.default } : {};
  return { name, type: typed.type, ...withDefault, ...aliases };
}

/** A type and a default for it. */
function typeOf(next: () => number, depth: number): Typed {
  const choice = next() % (depth > 2 ? 8 : 16);
  switch (choice) {
    case 0:
    case 1:
      return { type: "int", default: 1 };
    case 2:
    case 3:
      return { type: "long", default: 2 };
    case 4:
      return { type: "double", default: 3.5 };
    case 5:
      return { type: "float", default: 4.5 };
    case 6:
      return { type: "string", default: "s" };
    case 7:
      return { type: "bytes", default: "\u00ff" };
    case 8:
    case 9:
      return { type: { type: "array", items: typeOf(next, depth + 1).type }, default: [] };
    case 10:
      return { type: { type: "map", values: typeOf(next, depth + 1).type }, default: {} };
    case 11:
    case 12:
      return { type: ["null", "R"], default: null };
    case 13:
      return { type: ["null", unionBranch(next)], default: null };
    case 14:
      return {
        type: ["string", "null", next() % 2 === 0 ? "long" : "double", { type: "array", items: "int" }],
        default: "u",
      };
    default:
      return { type: ["int", "long"].slice(next() % 2), default: 5 };
  }
}

function unionBranch(next: () => number): unknown {
  const branches = ["int", "long", "double", "string", "bytes", { type: "array", items: ["null", "R"] }];
  return branches[next() % branches.length];
}
