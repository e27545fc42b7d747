import type { AvroNamed } from "@letterpress/schema";
import { camelCase, safeIdentifier } from "../names.ts";
import type { Direction } from "./type-text.ts";

/** The generated file that holds the types of an Avro namespace. */
export function namespaceFile(namespace: string): string {
  return namespace === "" ? "avro/no-namespace.ts" : `avro/${namespace.replaceAll(".", "/")}.ts`;
}

/** What the types of one namespace are called in TypeScript. */
export class TypeNames {
  readonly #taken: ReadonlySet<string>;

  /** `names` are the simple names of all types of the namespace. */
  constructor(names: Iterable<string>) {
    this.#taken = new Set([...names].map(safeIdentifier));
  }

  /** The type that reading gives. */
  readName(type: AvroNamed): string {
    return safeIdentifier(type.name.simple);
  }

  /** The type that writing takes: `OrderInput`, or `OrderInput$` where the schema has an `OrderInput` itself. */
  inputName(type: AvroNamed): string {
    const name = `${this.readName(type)}Input`;
    return this.#taken.has(name) ? `${name}$` : name;
  }

  /** The local name of another namespace's module. */
  importName(namespace: string): string {
    const name = namespace === "" ? "noNamespace" : safeIdentifier(camelCase(namespace));
    return this.#taken.has(name) ? `${name}$` : name;
  }
}

/** The types of all namespaces, and what they are called. */
export class TypeDirectory {
  readonly #types = new Map<string, AvroNamed[]>();
  readonly #names = new Map<string, TypeNames>();

  constructor(types: Iterable<AvroNamed>) {
    for (const type of types) {
      const { namespace } = type.name;
      const others = this.#types.get(namespace);
      if (others === undefined) this.#types.set(namespace, [type]);
      else others.push(type);
    }
    for (const [namespace, members] of this.#types) {
      this.#names.set(namespace, new TypeNames(members.map(({ name }) => name.simple)));
    }
  }

  get namespaces(): readonly string[] {
    return [...this.#types.keys()].sort();
  }

  /** The types of a namespace that is in the directory. */
  types(namespace: string): readonly AvroNamed[] {
    return this.#types.get(namespace)!;
  }

  names(namespace: string): TypeNames {
    return this.#names.get(namespace)!;
  }

  /** The name of a type within its own module. */
  nameOf(type: AvroNamed, direction: Direction): string {
    const names = this.names(type.name.namespace);
    return direction === "input" ? names.inputName(type) : names.readName(type);
  }
}
