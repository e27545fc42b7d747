import type { Reason } from "../report.ts";
import type { Fix } from "./fix.ts";
import { enumFixes } from "./protobuf-enum-fixes.ts";
import { fieldFixes } from "./protobuf-field-fixes.ts";
import { rulesOf } from "./protobuf-rules.ts";
import { blockOf, bodyOf, enumsOf, messagesOf, type ProtobufText } from "./protobuf-text.ts";

/** How to make an edited Protobuf schema fit, and keep what was deleted from being used again. */
export function protobufFixes(
  reasons: readonly Reason[],
  edited: ProtobufText,
  latest: ProtobufText,
  isForwardAsked: boolean,
): Fix[] {
  const rules = rulesOf(reasons, edited.parsed.file.package, isForwardAsked);
  const fixes = [...packageFixes(reasons, edited, latest), ...removedMessages(reasons, edited, latest)];
  const before = messagesOf(latest);
  for (const [name, message] of messagesOf(edited)) {
    const old = before.get(name);
    if (old !== undefined) fixes.push(...fieldFixes(message, old, edited, latest, rules));
  }
  const enumsBefore = enumsOf(latest);
  for (const [name, type] of enumsOf(edited)) {
    const old = enumsBefore.get(name);
    if (old !== undefined) fixes.push(...enumFixes(type, old, edited, latest, rules));
  }
  return fixes;
}

const PACKAGE = /(?<=^|;)[ \t]*package\s+[\w.]+\s*;/m;
const SYNTAX = /^[ \t]*(?:syntax|edition)\s*=\s*[^;]+;/m;

/** All messages are known by their package. */
function packageFixes(reasons: readonly Reason[], edited: ProtobufText, latest: ProtobufText): Fix[] {
  if (!reasons.some(({ rule }) => rule === "PACKAGE_CHANGED")) return [];
  const name = latest.parsed.file.package;
  const statement = name === "" ? "" : `package ${name};`;
  const written = PACKAGE.exec(edited.text) ?? SYNTAX.exec(edited.text);
  const title = name === "" ? "go without a package, as before" : `keep the package ${name}`;
  if (written === null)
    return [{ title, now: [{ start: 0, end: 0, text: `${statement}\n` }], later: undefined }];
  const isPackage = written[0].trimStart().startsWith("package");
  const end = written.index + written[0].length;
  const now = isPackage
    ? [{ start: written.index, end, text: statement }]
    : [{ start: end, end, text: `\n${statement}` }];
  return [{ title, now, later: undefined }];
}

/** A message that new readers lack is put back where it was. */
function removedMessages(reasons: readonly Reason[], edited: ProtobufText, latest: ProtobufText): Fix[] {
  const paths = reasons
    .filter(({ rule, direction }) => rule === "MESSAGE_REMOVED" && direction === "BACKWARD")
    .map(({ path }) => path.replace(/^#\//, "").split("/"));
  const present = messagesOf(edited);
  const prefix = latest.parsed.file.package === "" ? [] : [latest.parsed.file.package];
  return paths.flatMap((path): Fix[] => {
    const message = messagesOf(latest).get([...prefix, ...path].join("."));
    const block = message && blockOf(latest, message.proto);
    if (message === undefined || block === undefined) return [];
    const parent = message.parent && present.get(message.parent.typeName);
    const at = parent === undefined ? edited.text.trimEnd().length : bodyOf(edited, parent.proto);
    if (at === undefined) return [];
    const text = parent === undefined ? `\n\n${block.text}` : `\n  ${block.text}`;
    return [
      { title: `keep the message ${message.name}`, now: [{ start: at, end: at, text }], later: undefined },
    ];
  });
}
