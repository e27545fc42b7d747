import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { anchors, localLinks } from "./links.ts";
import { readPages, root } from "./pages.ts";

test.each(readPages())("$path links to what is there", ({ path, text }) => {
  const broken = localLinks(text).filter((link) => {
    const target = link.path === "" ? path : join(dirname(path), link.path);
    const file = join(root, target);
    if (!existsSync(file)) return true;
    if (link.anchor === undefined) return false;
    return statSync(file).isDirectory() || !anchors(readFileSync(file, "utf8")).has(link.anchor);
  });
  expect(broken.map(({ line, path: to, anchor }) => `${path}:${line}: ${to}#${anchor ?? ""}`)).toEqual([]);
});

test("headings become the anchors that browsers know", () => {
  const text = "# One, two\n## `flush` and acks\n## One, two\n```sh\n# no heading\n```\n";
  expect([...anchors(text)]).toEqual(["one-two", "flush-and-acks", "one-two-1"]);
});

test("every page of docs is reached from its index", () => {
  const index = readPages().find(({ path }) => path === "docs/index.md");
  const linked = new Set(localLinks(index?.text ?? "").map(({ path }) => `docs/${path}`));
  const pages = readPages().filter(({ path }) => path.startsWith("docs/") && path !== "docs/index.md");
  expect(pages.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([]);
});
