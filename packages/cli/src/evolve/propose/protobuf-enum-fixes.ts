import type { Fix } from "./fix.ts";
import { reservedAgain, reserveStatements } from "./protobuf-reserved.ts";
import type { Rules } from "./protobuf-rules.ts";
import { bodyOf, declarationOf, type Enum, type ProtobufText } from "./protobuf-text.ts";

const ENUM_NUMBER_MAX = 2 ** 31 - 1;
const DELETED = ["ENUM_VALUE_NO_DELETE_UNLESS_NUMBER_RESERVED", "ENUM_VALUE_NO_DELETE_UNLESS_NAME_RESERVED"];

/** What mends the values of one enum. */
export function enumFixes(
  type: Enum,
  old: Enum,
  edited: ProtobufText,
  latest: ProtobufText,
  rules: Rules,
): Fix[] {
  const fixes: (Fix | undefined)[] = [];
  for (const value of old.values) {
    const found = rules.at(type.typeName, value.number);
    if (DELETED.some((rule) => found.has(rule))) fixes.push(reserve(type, value, edited));
    if (!found.has("ENUM_VALUE_SAME_NAME")) continue;
    const now = type.values.find(({ number }) => number === value.number);
    const declaration = now && declarationOf(edited, now.proto);
    const written = declarationOf(latest, value.proto);
    if (declaration === undefined || written === undefined) continue;
    const title = `keep the name ${value.name} of value ${value.number} of ${type.name}`;
    fixes.push({ title, now: [{ ...declaration, text: written.text }], later: undefined });
  }
  if (rules.at(type.typeName, "reserved").has("RESERVED_ENUM_NO_DELETE"))
    fixes.push(reservedAgain(type, old, edited));
  return fixes.filter((fix) => fix !== undefined);
}

function reserve(
  type: Enum,
  { number, name }: Enum["values"][number],
  edited: ProtobufText,
): Fix | undefined {
  const inside = bodyOf(edited, type.proto);
  const { reservedRange, reservedName } = type.proto;
  const isReserved = reservedRange.some(({ start, end }) => number >= start && number <= end);
  const ranges = isReserved ? [] : [{ start: number, end: number + 1 }];
  const names = reservedName.includes(name) ? [] : [name];
  const statements = reserveStatements(ranges, names, edited, ENUM_NUMBER_MAX);
  if (inside === undefined || statements.length === 0) return undefined;
  const text = statements.map((each) => `\n  ${each}`).join("");
  return {
    title: `reserve number ${number} and the name ${name} of ${type.name}`,
    now: [{ start: inside, end: inside, text }],
    later: undefined,
  };
}
