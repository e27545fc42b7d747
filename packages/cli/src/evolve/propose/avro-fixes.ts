import type { AvroEnum, AvroSchema } from "@letterpress/schema";
import type { Reason } from "../report.ts";
import { besideFix } from "./avro-beside.ts";
import {
  addField,
  addMember,
  addSymbols,
  fieldText,
  fieldWithDefault,
  fieldWithoutAliases,
  optionalType,
  removeMember,
  replaceMember,
  replaceSymbols,
} from "./avro-edits.ts";
import { type Place, placeAt, recordNamed, sameType, type TextTree } from "./avro-place.ts";
import type { Fix } from "./fix.ts";
import { naturalDefault } from "./natural-default.ts";

/** What a fix goes by. */
type Cause = Pick<Reason, "rule" | "direction" | "location" | "detail" | "because">;

/** How to make an edited Avro schema fit; a reason that nothing helps against is left out. */
export function avroFixes(
  reasons: readonly Reason[],
  edited: TextTree,
  latest: TextTree,
  isForwardAsked: boolean,
): Fix[] {
  const finder = new FixFinder(reasons, edited, latest, isForwardAsked);
  const fixes = new Map<string, Fix>();
  for (const fix of reasons.flatMap((reason) => finder.fixes(reason))) {
    if (!fixes.has(fix.title)) fixes.set(fix.title, fix);
  }
  return [...fixes.values()];
}

class FixFinder {
  readonly #edited: TextTree;
  readonly #latest: TextTree;
  /** Whether old readers count, too. */
  readonly #isForwardAsked: boolean;
  readonly #isAliasRefused: boolean;

  constructor(reasons: readonly Cause[], edited: TextTree, latest: TextTree, isForwardAsked: boolean) {
    this.#edited = edited;
    this.#latest = latest;
    this.#isForwardAsked = isForwardAsked;
    this.#isAliasRefused = reasons.some(({ rule }) => rule === "FIELD_READ_BY_ALIAS");
  }

  fixes(reason: Cause): Fix[] {
    const place = placeAt(reason.direction === "BACKWARD" ? this.#edited : this.#latest, reason.location);
    if (place === undefined) return [];
    const inner = (reason.because ?? []).map((each) => ({ ...each, direction: reason.direction }));
    if (inner.length > 0) return inner.flatMap((each) => this.fixes(each));
    const fix = this.#fix(reason, place);
    return fix === undefined ? [] : [fix];
  }

  #fix({ rule, direction, detail }: Cause, place: Place): Fix | undefined {
    const isBackward = direction === "BACKWARD";
    switch (rule) {
      case "READER_FIELD_MISSING_DEFAULT_VALUE":
        return place.field && (isBackward ? this.#newField(place) : this.#removedField(place));
      case "MISSING_ENUM_SYMBOLS":
        if (place.node?.kind !== "enum") return undefined;
        return isBackward ? this.#removedSymbols(place.node) : this.#newSymbols(place.node);
      case "LOSSY_ENUM_DEFAULT":
        if (isBackward) return place.node?.kind === "enum" ? this.#removedSymbols(place.node) : undefined;
        return besideFix(place, this.#edited, this.#latest);
      case "NAME_MISMATCH":
        return this.#renamedType(place.node, detail, isBackward);
      case "FIELD_READ_BY_ALIAS":
        return isBackward ? this.#readByAlias(place) : this.#readByOldAlias(place);
      case "TYPE_MISMATCH":
        // An enum field with a default of the enum's own, which does not help where the field is missing.
        if (place.field && !isIn(isBackward ? this.#latest : this.#edited, place))
          return isBackward ? this.#newField(place) : this.#removedField(place);
        return besideFix(place, this.#edited, this.#latest);
      case "MISSING_UNION_BRANCH":
      case "FIXED_SIZE_MISMATCH":
      case "LOSSY_PROMOTION":
      case "LOGICAL_TYPE_CHANGED":
        return besideFix(place, this.#edited, this.#latest);
      default:
        return undefined;
    }
  }

  #newField({ record, field }: Place): Fix | undefined {
    const before = recordNamed(this.#latest, record);
    const gone =
      before?.fields.filter(({ name }) => !record.fields.some((other) => other.name === name)) ?? [];
    const [renamed] = gone;
    const { text } = this.#edited;
    // Renaming is a guess: one field of that very type has gone.
    if (
      gone.length === 1 &&
      renamed !== undefined &&
      sameType(renamed.type, field!.type) &&
      !this.#isForwardAsked
    ) {
      return {
        title: `read "${field!.name}" from "${renamed.name}" by an alias`,
        now: [addMember(text, field!, "aliases", JSON.stringify([renamed.name]))],
        later: undefined,
      };
    }
    const value = naturalDefault(field!.type);
    if (value === undefined) {
      const edits = [
        replaceMember(text, field!, "type", optionalType(text, field!)),
        addMember(text, field!, "default", "null"),
      ];
      return { title: `let "${field!.name}" be null, by default`, now: edits, later: undefined };
    }
    const edit = addMember(text, field!, "default", value);
    return { title: `give "${field!.name}" the default ${value}`, now: [edit], later: undefined };
  }

  #removedField({ record, field }: Place): Fix | undefined {
    const home = recordNamed(this.#edited, record);
    // Where aliases do not count, what is said about the alias brings the field back, too.
    const isAliased = home?.fields.some(({ aliases }) => aliases.includes(field!.name));
    if (home === undefined || (isAliased && this.#isAliasRefused)) return undefined;
    const value = naturalDefault(field!.type);
    if (value === undefined) {
      const json = fieldText(this.#latest.text, field!);
      const title = `keep "${field!.name}", which old readers need and which no default can stand for`;
      return { title, now: [addField(this.#edited.text, home, json)], later: undefined };
    }
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

  /** An alias lets new readers read the old name; nothing lets old readers read a new one. */
  #renamedType(
    node: AvroSchema | undefined,
    detail: string | undefined,
    isBackward: boolean,
  ): Fix | undefined {
    const expected = detail?.replace(/^expected: /, "") ?? "";
    const { text, parsed } = this.#edited;
    const type = isBackward ? node : parsed.avro.named.get(expected);
    const before = isBackward ? this.#latest.parsed.avro.named.get(expected) : node;
    if (type === undefined || !("name" in type) || before === undefined || !("name" in before))
      return undefined;
    if (this.#isForwardAsked) {
      const edit = replaceMember(text, type, "name", JSON.stringify(before.name.simple));
      const title = `keep the name ${before.name.simple}, by which old readers know ${type.name.simple}`;
      return { title, now: [edit], later: undefined };
    }
    const edit = addMember(text, type, "aliases", JSON.stringify([expected]));
    return { title: `give ${type.name.simple} the alias "${expected}"`, now: [edit], later: undefined };
  }

  /** Where aliases do not count, a field that is renamed is another one beside the old one. */
  #readByAlias({ record, field }: Place): Fix | undefined {
    const source = recordNamed(this.#latest, record)?.fields.find(({ name }) =>
      field?.aliases.includes(name),
    );
    if (field === undefined || source === undefined) return undefined;
    const { text } = this.#edited;
    const value = naturalDefault(field.type);
    if (field.default === undefined && value === undefined) return undefined;
    const withDefault = field.default === undefined ? [addMember(text, field, "default", value!)] : [];
    return {
      title: `keep "${source.name}" beside "${field.name}", which does not read it by an alias`,
      now: [
        removeMember(text, field, "aliases"),
        ...withDefault,
        addField(text, record, fieldText(this.#latest.text, source)),
      ],
      later: undefined,
    };
  }

  /** Old readers have the alias: they find the field itself while it is there. */
  #readByOldAlias({ record, field }: Place): Fix | undefined {
    const home = recordNamed(this.#edited, record);
    if (home === undefined || field === undefined) return undefined;
    const edit = addField(this.#edited.text, home, fieldWithoutAliases(this.#latest.text, field));
    return { title: `keep "${field.name}", which old readers look for first`, now: [edit], later: undefined };
  }
}

function isIn(tree: TextTree, { record, field }: Place): boolean {
  return recordNamed(tree, record)?.fields.some(({ name }) => name === field?.name) ?? false;
}
