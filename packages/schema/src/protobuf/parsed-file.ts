import type { Message } from "@bufbuild/protobuf";
import type {
  DescriptorProto,
  DescriptorProto_ExtensionRange,
  EnumDescriptorProto,
  EnumValueDescriptorProto,
  FieldDescriptorProto,
  FileDescriptorProto,
  MethodDescriptorProto,
  OneofDescriptorProto,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import type { SourceLocation } from "../schema-error.ts";
import type { OptionValue } from "./option-value.ts";
import type { TokenComments } from "./token.ts";

/** Any descriptor that can carry options. */
export type OptionOwner = (
  | FileDescriptorProto
  | DescriptorProto
  | FieldDescriptorProto
  | OneofDescriptorProto
  | EnumDescriptorProto
  | EnumValueDescriptorProto
  | ServiceDescriptorProto
  | MethodDescriptorProto
  | DescriptorProto_ExtensionRange
) &
  Message;

export interface OptionNamePart {
  readonly name: string;
  /** Whether it stood in parentheses, and so names an extension. */
  readonly isExtension: boolean;
}

/** An option as written, before its name has been looked up. */
export interface PendingOption {
  readonly owner: OptionOwner;
  /** The name in which relative names of extensions are looked up. */
  readonly scope: string;
  readonly name: readonly OptionNamePart[];
  readonly value: OptionValue;
  readonly location: SourceLocation;
  /** Whether it was written elsewhere and counts here too. */
  readonly inherited?: boolean | undefined;
}

/** A name of a type as written, and the place in a descriptor that waits for its full name. */
export interface TypeReference {
  readonly name: string;
  readonly scope: string;
  readonly location: SourceLocation;
  readonly target:
    | { readonly kind: "type" | "extendee"; readonly field: FieldDescriptorProto }
    | { readonly kind: "input" | "output"; readonly method: MethodDescriptorProto };
}

/** A field's `default`, whose text depends on the field's type. */
export interface PendingDefault {
  readonly field: FieldDescriptorProto;
  readonly value: OptionValue;
}

/** Where a declaration stands in the text, with its comments. */
export interface NodeSource {
  readonly location: SourceLocation;
  /** The comments that lead it; what trails it is in `trailing`. */
  readonly comments: TokenComments | undefined;
  trailing?: string | undefined;
}

/** The statements that descriptors do not keep as they were written, by the descriptor they stand in. */
export interface WrittenStatements {
  /** The `syntax` or `edition` line; undefined when there was none. */
  syntax: string | undefined;
  /** The names of types as written, by the field that has them; for methods see `methodTypes`. */
  readonly types: Map<FieldDescriptorProto, string>;
  readonly jsonNames: Map<FieldDescriptorProto, string>;
  readonly methodTypes: Map<MethodDescriptorProto, { input: string; output: string }>;
  /** The values of each `reserved` statement, such as `4 to 6` or `"name"`. */
  readonly reserved: Map<object, string[][]>;
  /** The values of each `extensions` statement, such as `100 to max`, and how many ranges came before it. */
  readonly extensions: Map<object, { readonly values: string[]; readonly first: number }[]>;
  readonly extends: Map<object, { readonly extendee: string; readonly fields: FieldDescriptorProto[] }[]>;
}

/** One .proto text, parsed on its own: names are as written, options wait for their types. */
export interface ParsedFile {
  readonly proto: FileDescriptorProto;
  readonly options: PendingOption[];
  readonly references: TypeReference[];
  readonly defaults: PendingDefault[];
  /** Where each descriptor of `proto` was declared. */
  readonly sources: Map<object, NodeSource>;
  readonly written: WrittenStatements;
  /** Where each import stands, by its path. */
  readonly imports: Map<string, SourceLocation>;
}
