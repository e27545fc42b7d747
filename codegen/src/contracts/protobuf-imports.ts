const COMMENT_OR_STRING = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
const IMPORT = /\bimport\s+(?:(?:public|weak|option)\s+)?(["'])(.*?)\1\s*;/g;

/** The files that a `.proto` text imports, in order, found without parsing it: parsing needs them. */
export function protobufImports(text: string): string[] {
  const bare = text.replace(COMMENT_OR_STRING, (match) => (match.startsWith("/") ? " " : match));
  return [...bare.matchAll(IMPORT)].map((match) => match[2]!);
}
