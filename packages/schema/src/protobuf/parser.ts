import { Edition } from "@bufbuild/protobuf/wkt";
import { ParseContext } from "./parse-context.ts";
import { parseEnum } from "./parse-enum.ts";
import { parseExtend, parseMessage, parseVisibility } from "./parse-message.ts";
import { parseOptionStatement } from "./parse-options.ts";
import { parseService } from "./parse-service.ts";
import type { ParsedFile } from "./parsed-file.ts";
import { describeToken, type Token } from "./token.ts";
import { TokenStream } from "./token-stream.ts";
import { tokenize } from "./tokenizer.ts";

const editions: ReadonlyMap<string, Edition> = new Map([
  ["2023", Edition.EDITION_2023],
  ["2024", Edition.EDITION_2024],
]);

/** Names and dots of a package, at the most. */
const PACKAGE_TOKENS_MAX = 256;

/**
 * Parses one .proto text on its own: proto2, proto3, and editions 2023 and 2024.
 *
 * @param fileName The name the descriptor carries.
 * @param shownName The name that errors and locations show. Default: the same.
 * @throws SchemaError `INVALID_SCHEMA` with file, line and column.
 */
export function parseFile(text: string, fileName: string, shownName = fileName): ParsedFile {
  const tokens = tokenize(text, shownName);
  const context = new ParseContext(new TokenStream(tokens, shownName), fileName);
  const { stream } = context;
  // The package may stand behind declarations, which belong to it all the same.
  context.file.proto.package = findPackage(tokens);
  parseSyntax(context);
  while (stream.peek().kind !== "end") parseStatement(context);
  return context.file;
}

/** Reads the syntax or edition, which stands first; without one the file is proto2. */
function parseSyntax(context: ParseContext): void {
  const { file } = context;
  const stream: TokenStream = context.stream;
  const keyword = stream.peek();
  if (!stream.at("syntax") && !stream.at("edition")) return;
  context.declare(file.proto, keyword);
  stream.next();
  stream.expect("=", `behind "${keyword.text}"`);
  const token = stream.peek();
  const value = stream.string("the version").toString("utf8");
  if (keyword.text === "syntax") {
    if (value !== "proto2" && value !== "proto3") {
      stream.fail(
        'the syntax is "proto2" or "proto3"; newer versions are written as edition = "2023"',
        token,
      );
    }
    context.syntax = value;
    if (value === "proto3") file.proto.syntax = value;
  } else {
    const edition = editions.get(value);
    if (edition === undefined) stream.fail('this edition is not known; use "2023" or "2024"', token);
    context.syntax = "editions";
    file.proto.syntax = "editions";
    file.proto.edition = edition;
  }
  stream.expect(";", "at the end of the statement");
  file.written.syntax = `${keyword.text} = "${value}";`;
}

function parseStatement(context: ParseContext): void {
  const { stream, file } = context;
  const scope = file.proto.package;
  const keyword = stream.peek();
  switch (keyword.text) {
    case ";":
      stream.next();
      return;
    case "import":
      parseImport(context);
      return;
    case "package":
      parsePackage(context);
      return;
    case "option":
      stream.next();
      parseOptionStatement(context, file.proto, scope);
      return;
    case "message":
      parseMessage(context, scope, file.proto.messageType);
      return;
    case "enum":
      parseEnum(context, scope, file.proto.enumType);
      return;
    case "extend":
      parseExtend(context, scope, file.proto);
      return;
    case "service":
      parseService(context, scope);
      return;
  }
  const visibility = parseVisibility(context);
  if (visibility === undefined) {
    stream.fail(
      `expected a message, enum, service, extend, import, package or option, found ${describeToken(keyword)}`,
    );
  }
  if (stream.at("enum")) parseEnum(context, scope, file.proto.enumType, visibility);
  else parseMessage(context, scope, file.proto.messageType, visibility);
}

function parseImport(context: ParseContext): void {
  const { stream, file } = context;
  stream.next();
  const modifier = stream.peek();
  const isOption = context.syntax === "editions" && stream.accept("option");
  const isPublic = !isOption && stream.accept("public");
  const isWeak = !isOption && !isPublic && stream.accept("weak");
  const token = stream.peek();
  const path = stream.string("the path of a file").toString("utf8");
  stream.expect(";", "at the end of the import");
  if (file.imports.has(path)) stream.fail(`"${path}" is imported twice; remove one`, modifier);
  file.imports.set(path, stream.location(token));
  if (isOption) {
    file.proto.optionDependency.push(path);
    return;
  }
  const index = file.proto.dependency.push(path) - 1;
  if (isPublic) file.proto.publicDependency.push(index);
  if (isWeak) file.proto.weakDependency.push(index);
}

function parsePackage(context: ParseContext): void {
  const { stream, file } = context;
  const keyword = stream.next();
  if (context.isPackageRead) stream.fail("a file has one package; remove this one", keyword);
  context.isPackageRead = true;
  file.proto.package = stream.fullIdentifier("the name of the package");
  stream.expect(";", "at the end of the package");
}

/** The name behind the first `package` that begins a statement of the file; empty where there is none. */
function findPackage(tokens: readonly Token[]): string {
  let depth = 0;
  let isStart = true;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (isStart && depth === 0 && kind === "identifier" && text === "package") {
      const rest = tokens.slice(index + 1, index + 1 + PACKAGE_TOKENS_MAX).map((token) => token.text);
      return rest.slice(0, rest.indexOf(";")).join("");
    }
    if (kind === "symbol" && text === "{") depth++;
    if (kind === "symbol" && text === "}") depth--;
    isStart = kind === "symbol" && (text === ";" || text === "}");
  }
  return "";
}
