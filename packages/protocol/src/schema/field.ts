import type { Codec } from "./codec.ts";

/** How one kind of value is encoded. `nullable` says whether null is legal at the version being compiled. */
export interface FieldType<Out = unknown, In = Out> {
  /** The name Apache Kafka's message definitions use, such as `int32` or `string`. */
  readonly kind: string;
  /** What a reader gets, and a writer sends, where the field is absent; a fresh value where it is mutable. */
  defaultValue(): Out;
  /** Whether a written value equals the default, so that it may be left out. */
  isDefault(value: In): boolean;
  /** The element of an array. */
  readonly element?: Field | undefined;
  /** The fields of a struct, by name. */
  readonly fields?: Readonly<Record<string, Field>> | undefined;
  compile(version: number, flexible: boolean, nullable: boolean): Codec<Out, In>;
}

interface FieldOptions<Out> {
  readonly since: number;
  readonly until: number;
  /** The first version in which null is legal; `Infinity` for never. */
  readonly nullableSince: number;
  readonly tag: number | undefined;
  readonly ignorable: boolean;
  /** Undefined for the type's own default. */
  readonly defaultValue: Out | undefined;
}

/**
 * One declared field of a message: a type and the versions it lives in. Immutable; every method returns a new
 * field. `Out` is what reading gives, `In` what writing takes, `Optional` whether a writer may leave it out.
 */
export class Field<Out = unknown, In = Out, Optional extends boolean = boolean> {
  readonly type: FieldType<Out, In>;
  readonly options: FieldOptions<Out>;
  declare readonly optional: Optional;

  constructor(type: FieldType<Out, In>, options?: FieldOptions<Out>) {
    this.type = type;
    this.options = options ?? {
      since: 0,
      until: Number.POSITIVE_INFINITY,
      nullableSince: Number.POSITIVE_INFINITY,
      tag: undefined,
      ignorable: false,
      defaultValue: undefined,
    };
  }

  /** The first version that carries the field. */
  since(version: number): Field<Out, In, true> {
    return this.#with({ since: version });
  }

  /** The last version that carries the field. */
  until(version: number): Field<Out, In, true> {
    return this.#with({ until: version });
  }

  /** Null is legal, from `version` on. */
  nullable(version = 0): Field<Out | null, In | null, Optional> {
    return (this as unknown as Field<Out | null, In | null>).#with({ nullableSince: version }) as never;
  }

  /**
   * The value of an absent field, where it is not the type's own (0, "", false, [] or the nil UUID). A writer may
   * leave the field out.
   */
  default(value: Out): Field<Out, In, true> {
    return this.#with({ defaultValue: value });
  }

  /** A writer may set the field for a version without it: it is then dropped instead of refused. */
  ignorable(): Field<Out, In, Optional> {
    return this.#with({ ignorable: true }) as never;
  }

  /** The field travels in the tagged section of flexible versions, under this tag. */
  tagged(tag: number): Field<Out, In, true> {
    return this.#with({ tag });
  }

  /** Whether `version` carries the field. */
  isIn(version: number): boolean {
    return version >= this.options.since && version <= this.options.until;
  }

  /** What reading gives where the field is absent. */
  defaultValue(): Out {
    const { defaultValue } = this.options;
    return defaultValue === undefined ? this.type.defaultValue() : defaultValue;
  }

  /** Whether leaving `value` out loses nothing. */
  isDefault(value: In | undefined): boolean {
    if (value === undefined) return true;
    const { defaultValue } = this.options;
    if (defaultValue !== undefined) return (value as unknown) === defaultValue;
    return value !== null && this.type.isDefault(value);
  }

  /** The codec for one version; `flexible` chooses the compact and tagged encoding. */
  compile(version: number, flexible: boolean): Codec<Out, In> {
    return this.type.compile(version, flexible, version >= this.options.nullableSince);
  }

  #with(change: Partial<FieldOptions<Out>>): Field<Out, In, true> {
    return new Field<Out, In, true>(this.type, { ...this.options, ...change });
  }
}

/** The type that reading a field or struct gives: every field is present. */
// biome-ignore lint/suspicious/noExplicitAny: variance of the unused parameters must not matter here
export type Infer<F> = F extends Field<infer Out, any, any> ? Out : never;

/** The type that writing a field or struct takes: versioned and defaulted fields may be left out. */
// biome-ignore lint/suspicious/noExplicitAny: variance of the unused parameters must not matter here
export type Init<F> = F extends Field<any, infer In, any> ? In : never;
