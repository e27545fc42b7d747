import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  childrenOf,
  type ParsedAvroSchema,
  type SourceLocation,
} from "@letterpress/schema";
import type { Reason } from "../report.ts";
import {
  addField,
  addMember,
  addSymbols,
  fieldWithDefault,
  optionalField,
  replaceSymbols,
  replaceType,
} from "./avro-edits.ts";
import { offsetOf, valueAt } from "./json-text.ts";
import { naturalDefault } from "./natural-default.ts";
import type { TextEdit } from "./text-edit.ts";

/** What makes one reason go away. */
export interface Fix {
  readonly title: string;
  /** For the text that may go out now. */
  readonly now: readonly TextEdit[];
  /** For the text that may follow once everyone reads the first; undefined where one step is enough. */
  readonly later: readonly TextEdit[] | undefined;
  readonly laterTitle?: string;
}

/** A schema's tree and the text it was parsed from. */
export interface TextTree {
  readonly text: string;
  readonly parsed: ParsedAvroSchema;
}

/** How to make an edited Avro schema fit; a reason that nothing helps against is left out. */
export function avroFixes(reasons: readonly Reason[], edited: TextTree, latest: TextTree): Fix[] {
  const finder = new FixFinder(reasons, edited, latest);
  const fixes = new Map<string, Fix>();
  for (const reason of reasons) {
    const fix = finder.fix(reason);
    if (fix !== undefined && !fixes.has(fix.title)) fixes.set(fix.title, fix);
  }
  return [...fixes.values()];
}

class FixFinder {
  readonly #edited: TextTree;
  readonly #latest: TextTree;
  readonly #isForwardAsked: boolean;

  constructor(reasons: readonly Reason[], edited: TextTree, latest: TextTree) {
    this.#edited = edited;
    this.#latest = latest;
    this.#isForwardAsked = reasons.some(({ direction }) => direction === "FORWARD");
  }

  fix(reason: Reason): Fix | undefined {
    const isBackward = reason.direction === "BACKWARD";
    const place = find(isBackward ? this.#edited : this.#latest, reason.location);
    if (place === undefined) return undefined;
    switch (reason.rule) {
      case "READER_FIELD_MISSING_DEFAULT_VALUE":
        return place.field && (isBackward ? this.#newField(place) : this.#removedField(place));
      case "MISSING_ENUM_SYMBOLS":
        if (place.node?.kind !== "enum") return undefined;
        return isBackward ? this.#removedSymbols(place.node) : this.#newSymbols(place.node);
      case "NAME_MISMATCH":
        return isBackward ? this.#renamedType(place.node, reason.detail) : undefined;
      case "TYPE_MISMATCH":
      case "MISSING_UNION_BRANCH":
      case "FIXED_SIZE_MISMATCH":
        return place.field && this.#changedType(place.record, place.field.name);
      default:
        return undefined;
    }
  }

  #newField({ record, field }: Place): Fix | undefined {
    const before = recordNamed(this.#latest, record);
    const gone =
      before?.fields.filter(({ name }) => !record.fields.some((other) => other.name === name)) ?? [];
    const [renamed] = gone;
    // Renaming is a guess: one field of that very type has gone.
    if (
      gone.length === 1 &&
      renamed !== undefined &&
      sameType(renamed.type, field!.type) &&
      !this.#isForwardAsked
    ) {
      const edit = addMember(this.#edited.text, field!, "aliases", JSON.stringify([renamed.name]));
      return {
        title: `read "${field!.name}" from "${renamed.name}" by an alias`,
        now: [edit],
        later: undefined,
      };
    }
    const value = naturalDefault(field!.type);
    if (value === undefined) return undefined;
    const edit = addMember(this.#edited.text, field!, "default", value);
    return { title: `give "${field!.name}" the default ${value}`, now: [edit], later: undefined };
  }

  #removedField({ record, field }: Place): Fix | undefined {
    const home = recordNamed(this.#edited, record);
    const value = naturalDefault(field!.type);
    if (home === undefined || value === undefined) return undefined;
    const json = fieldWithDefault(this.#latest.text, field!, value);
    return {
      title: `keep "${field!.name}" with the default ${value}`,
      now: [addField(this.#edited.text, home, json)],
      later: [],
      laterTitle: `remove "${field!.name}"`,
    };
  }

  #removedSymbols(type: AvroEnum): Fix | undefined {
    const before = this.#latest.parsed.avro.named.get(type.name.full);
    if (before?.kind !== "enum") return undefined;
    const gone = before.symbols.filter((symbol) => !type.symbols.includes(symbol));
    const edit = addSymbols(this.#edited.text, type, gone);
    return {
      title: `keep the symbols ${gone.join(", ")} of ${type.name.simple}`,
      now: [edit],
      later: undefined,
    };
  }

  #newSymbols(before: AvroEnum): Fix | undefined {
    const type = this.#edited.parsed.avro.named.get(before.name.full);
    if (type?.kind !== "enum") return undefined;
    const added = type.symbols.filter((symbol) => !before.symbols.includes(symbol));
    const fallback = JSON.stringify(before.symbols[0]);
    const edit = type.default === undefined ? [addMember(this.#edited.text, type, "default", fallback)] : [];
    return {
      title: `give ${type.name.simple} the default ${fallback} before it gets ${added.join(", ")}`,
      now: [...edit, replaceSymbols(this.#edited.text, type, before.symbols)],
      later: edit,
      laterTitle: `add ${added.join(", ")}`,
    };
  }

  #renamedType(node: AvroSchema | undefined, detail: string | undefined): Fix | undefined {
    const name = detail?.replace(/^expected: /, "");
    if (node === undefined || !("name" in node) || name === undefined) return undefined;
    const edit = addMember(this.#edited.text, node, "aliases", JSON.stringify([name]));
    return { title: `give ${node.name.simple} the alias "${name}"`, now: [edit], later: undefined };
  }

  #changedType(home: AvroRecord, name: string): Fix | undefined {
    const [record, before] = [recordNamed(this.#edited, home), recordNamed(this.#latest, home)];
    const field = record?.fields.find((each) => each.name === name);
    const old = before?.fields.find((each) => each.name === name);
    if (record === undefined || field === undefined || old === undefined) return undefined;
    let other = `${name}V2`;
    while (record.fields.some((each) => each.name === other)) other += "x";
    return {
      title: `keep the type of "${name}" and put the new one beside it as "${other}"`,
      now: [
        replaceType(this.#edited.text, field, { text: this.#latest.text, field: old }),
        addField(this.#edited.text, record, optionalField(this.#edited.text, field, other)),
      ],
      later: undefined,
    };
  }
}

interface Place {
  /** The innermost record around the place. */
  readonly record: AvroRecord;
  /** The innermost field around the place. */
  readonly field: AvroField | undefined;
  /** The named type that begins there. */
  readonly node: AvroSchema | undefined;
}

/** What stands at a location of a text; undefined when the location is in another text. */
function find({ text, parsed }: TextTree, location: SourceLocation | undefined): Place | undefined {
  const root = parsed.avro.schema;
  if (location === undefined || location.file !== root.location.file) return undefined;
  const offset = offsetOf(text, location);
  const places: (Place & { readonly size: number })[] = [];
  const named = new Set([root, ...parsed.avro.named.values()]);
  const node = [...named].find((each) => sameLocation(each.location, location));
  for (const record of named) {
    if (record.kind !== "record" || record.location.file !== location.file) continue;
    for (const field of record.fields) {
      const { start, end } = valueAt(text, offsetOf(text, field.location));
      if (start <= offset && offset < end) places.push({ record, field, node, size: end - start });
    }
  }
  const [inner] = places.toSorted((a, b) => a.size - b.size);
  if (inner !== undefined) return inner;
  return root.kind === "record" ? { record: root, field: undefined, node } : undefined;
}

/** The record of the same name, where it is defined in the tree's own text. */
function recordNamed({ parsed }: TextTree, { name }: AvroRecord): AvroRecord | undefined {
  const found = parsed.avro.named.get(name.full);
  return found?.kind === "record" && found.location.file === parsed.avro.schema.location.file
    ? found
    : undefined;
}

function sameLocation(a: SourceLocation, b: SourceLocation): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

function sameType(a: AvroSchema, b: AvroSchema): boolean {
  if (a.kind !== b.kind) return false;
  if ("name" in a && "name" in b) return a.name.full === b.name.full;
  const [inner, other] = [childrenOf(a), childrenOf(b)];
  return inner.length === other.length && inner.every((child, index) => sameType(child, other[index]!));
}
