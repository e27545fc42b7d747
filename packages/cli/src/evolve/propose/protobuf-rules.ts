import type { Reason } from "../report.ts";

/** The rules that reasons name. */
export interface Rules {
  /** Whether old readers count, too. */
  readonly isForwardAsked: boolean;
  /** Those at a field, value or oneof of a type, which goes by its full name. */
  at(home: string, member: string | number): ReadonlySet<string>;
}

/** Paths are `#/Order/Line/3`, `#/Order/how/3` for a field of a oneof, or `#/shop.Order.Line/3` in full. */
export function rulesOf(reasons: readonly Reason[], packageName: string, isForwardAsked: boolean): Rules {
  const rules = new Map<string, Set<string>>();
  for (const { path, rule } of reasons) {
    const parts = path.replace(/^#\//, "").split("/");
    const member = parts.pop()!;
    const isFull = parts[0]?.includes(".") || packageName === "";
    const home = isFull ? parts.join(".") : [packageName, ...parts].join(".");
    // The last part of the home may be a oneof, which the rules of its message hold for, too.
    for (const key of [`${home}/${member}`, `${home.slice(0, home.lastIndexOf("."))}/${member}`]) {
      const known = rules.get(key) ?? new Set();
      rules.set(key, known.add(rule));
    }
  }
  return {
    isForwardAsked,
    at: (home, member) => rules.get(`${home}/${member}`) ?? NONE,
  };
}

const NONE: ReadonlySet<string> = new Set();
