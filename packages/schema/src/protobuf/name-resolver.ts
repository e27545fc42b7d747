import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { qualify } from "./parse-context.ts";
import { declaredSymbols, type ProtoSymbol } from "./symbols.ts";

type Symbols = ReadonlyMap<string, ProtoSymbol>;

/** The names of one file: its own, and those of the files it imports. */
export class NameResolver {
  readonly #tables: Symbols[];
  readonly #hidden: readonly FileDescriptorProto[];

  /**
   * @param own What the file itself declares.
   * @param visible The files it imports, and what those import publicly.
   * @param hidden All other files of the set, for error messages alone.
   */
  constructor(own: Symbols, visible: readonly FileDescriptorProto[], hidden: readonly FileDescriptorProto[]) {
    this.#tables = [own, ...visible.map(symbolsOf)];
    this.#hidden = hidden;
  }

  /** The symbol with exactly this full name. */
  find(fullName: string): ProtoSymbol | undefined {
    for (const table of this.#tables) {
      const symbol = table.get(fullName);
      if (symbol !== undefined) return symbol;
    }
    return undefined;
  }

  /**
   * Looks a name up as C++ does: the first part in the innermost scope that has it decides, and the rest is
   * looked up inside it. A single name skips symbols that `accepts` refuses.
   */
  resolve(name: string, scope: string, accepts: (symbol: ProtoSymbol) => boolean): ProtoSymbol | undefined {
    if (name.startsWith(".")) return this.find(name.slice(1));
    const dot = name.indexOf(".");
    const first = dot < 0 ? name : name.slice(0, dot);
    for (let inner = scope; ; inner = inner.slice(0, Math.max(0, inner.lastIndexOf(".")))) {
      const symbol = this.find(qualify(inner, first));
      if (symbol !== undefined) {
        if (dot < 0) {
          if (accepts(symbol)) return symbol;
        } else if (symbol.kind === "message" || symbol.kind === "package") {
          return this.find(qualify(inner, name));
        } else if (symbol.kind === "enum" || symbol.kind === "service") {
          return undefined;
        }
      }
      if (inner === "") return undefined;
    }
  }

  /** The file that declares a name which is not visible, to say which import is missing. */
  hiddenHome(name: string, scope: string): string | undefined {
    const bare = name.replace(/^\./, "");
    for (
      let inner = name.startsWith(".") ? "" : scope;
      ;
      inner = inner.slice(0, Math.max(0, inner.lastIndexOf(".")))
    ) {
      const home = this.#hidden.find((file) => symbolsOf(file).has(qualify(inner, bare)));
      if (home !== undefined) return home.name;
      if (inner === "") return undefined;
    }
  }
}

const tables = new WeakMap<FileDescriptorProto, Symbols>();

/** The symbols of a linked file, collected once. */
function symbolsOf(file: FileDescriptorProto): Symbols {
  let table = tables.get(file);
  if (table === undefined) {
    table = new Map([...declaredSymbols(file)].map((symbol) => [symbol.fullName, symbol]));
    tables.set(file, table);
  }
  return table;
}
