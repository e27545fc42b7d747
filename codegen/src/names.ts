/** Words that cannot name a type or a binding in a TypeScript module, and globals that generated code relies on. */
const TAKEN = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with " +
    "as implements interface let package private protected public static yield await async of any boolean bigint " +
    "never number object string symbol undefined unknown type declare namespace module abstract arguments eval " +
    "Date Uint8Array Record Array Map Set Promise Object String Number Boolean BigInt Symbol Error Buffer globalThis"
  ).split(" "),
);

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** `name`, with a `$` behind it where TypeScript or the generated code needs the word itself. */
export function safeIdentifier(name: string): string {
  return TAKEN.has(name) ? `${name}$` : name;
}

/** A property name as it is written in an object type or literal. */
export function propertyName(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

/** How `name` is read from `object`. */
export function propertyAccess(object: string, name: string): string {
  return IDENTIFIER.test(name) ? `${object}.${name}` : `${object}[${JSON.stringify(name)}]`;
}

/** `orders.placed` becomes `OrdersPlaced`; a leading digit gets a `T` in front. */
export function pascalCase(name: string): string {
  const joined = name
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("");
  return /^[0-9]/.test(joined) || joined === "" ? `T${joined}` : joined;
}

/** `orders.placed` becomes `ordersPlaced`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal[0]!.toLowerCase() + pascal.slice(1);
}

/** `orders.placed` becomes `orders-placed`, the name of the topic's module. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .join("-")
    .toLowerCase();
}
