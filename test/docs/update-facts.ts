// Brings the tables of facts in the pages up to date:
//   npx node --conditions=@letterpress/source test/docs/update-facts.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFacts } from "./facts.ts";
import { readPages, root } from "./pages.ts";

for (const { path, text } of readPages()) {
  const updated = withFacts(text);
  if (updated === text) continue;
  writeFileSync(join(root, path), updated);
  console.log(`updated ${path}`);
}
