import type { Shop } from "./shop.ts";

const BLOCK = /^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SOME_UUID = "00000000-0000-4000-8000-000000000000";

/**
 * Does what a page says, block by block: `diff` blocks edit the file they name, `console` blocks with the word `played`
 * run their commands. Returns the page with the output that there really was.
 */
export async function playPage(page: string, shop: Shop): Promise<string> {
  let played = "";
  let position = 0;
  for (const block of page.matchAll(BLOCK)) {
    const [whole, language, words = "", text = ""] = block;
    played += page.slice(position, block.index);
    position = block.index + whole.length;
    if (language === "diff") await applyDiff(shop, words.trim(), text);
    const isRun = language === "console" && words.includes("played");
    played += isRun ? `\`\`\`console${words}\n${await runBlock(shop, text)}\`\`\`` : whole;
  }
  return played + page.slice(position);
}

/** Lines that begin with a minus are replaced by those that begin with a plus; the others only help people. */
async function applyDiff(shop: Shop, file: string, text: string): Promise<void> {
  const lines = text.split("\n").slice(0, -1);
  const side = (other: string): string =>
    lines
      .filter((line) => !line.startsWith(other))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  await shop.edit(file, side("+"), side("-"));
}

async function runBlock(shop: Shop, text: string): Promise<string> {
  let output = "";
  for (const [line, command] of text.matchAll(/^\$ letterpress schema (.*)$/gm)) {
    const { stdout, stderr } = await shop.schema(...command!.split(" "));
    output += `${line}\n${stdout}${stderr}`;
  }
  return output.replaceAll(UUID, SOME_UUID).replaceAll(shop.folder, "/shop");
}
