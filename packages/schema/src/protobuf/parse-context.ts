import { create } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { NESTING_DEPTH_MAX } from "./limits.ts";
import type { ParsedFile } from "./parsed-file.ts";
import type { Token } from "./token.ts";
import type { TokenStream } from "./token-stream.ts";

export type Syntax = "proto2" | "proto3" | "editions";

/** What the parts of the parser share while they read one file. */
export class ParseContext {
  readonly stream: TokenStream;
  readonly file: ParsedFile;
  syntax: Syntax = "proto2";
  isPackageRead = false;
  #depth = 0;

  constructor(stream: TokenStream, fileName: string) {
    this.stream = stream;
    this.file = {
      proto: create(FileDescriptorProtoSchema, { name: fileName }),
      options: [],
      references: [],
      defaults: [],
      sources: new Map(),
      imports: new Map(),
      written: {
        syntax: undefined,
        types: new Map(),
        jsonNames: new Map(),
        methodTypes: new Map(),
        reserved: new Map(),
        extensions: new Map(),
        extends: new Map(),
      },
    };
  }

  /** Records where a descriptor begins, and the comments above it. */
  declare(descriptor: object, token: Token): void {
    const location = this.stream.location(token);
    this.file.sources.set(descriptor, { location, comments: token.comments });
  }

  /** Gives a declaration that has just ended, or whose block has just opened, the comment that trails it. */
  trail(descriptor: object): void {
    const source = this.file.sources.get(descriptor);
    const trailing = this.stream.peek().comments?.trailingPrevious;
    if (source !== undefined && trailing !== undefined) source.trailing ??= trailing;
  }

  /** Adds a statement to those that stand in `owner`. */
  write<Statement>(statements: Map<object, Statement[]>, owner: object, statement: Statement): void {
    const list = statements.get(owner);
    if (list === undefined) statements.set(owner, [statement]);
    else list.push(statement);
  }

  /** Runs the body of a nested declaration, and refuses to nest for ever. */
  nested(body: () => void): void {
    if (this.#depth >= NESTING_DEPTH_MAX) this.stream.fail(`declarations may nest ${NESTING_DEPTH_MAX} deep`);
    this.#depth += 1;
    body();
    this.#depth -= 1;
  }
}

/** `name` inside `scope`, which is empty at the top of a file without a package. */
export function qualify(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

/** The scope a full name stands in. */
export function parentScope(fullName: string): string {
  return fullName.slice(0, Math.max(0, fullName.lastIndexOf(".")));
}
