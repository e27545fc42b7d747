import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { playPage } from "./page.ts";
import { Shop } from "./shop.ts";

const PAGE = join(import.meta.dirname, "../../docs/evolve.md");
const ORDER_COUNT = 40;

// `npx vitest run test/evolve/page.test.ts -u` writes the output of today into the page.
test("docs/evolve.md shows what its commands really print", async () => {
  await using shop = await Shop.start();
  await shop.placeOrders(ORDER_COUNT);
  await shop.runPaymentsOnce(ORDER_COUNT);
  await shop.resumePayments();
  await shop.stopAtBeginning("audit");
  await expect(await playPage(await readFile(PAGE, "utf8"), shop)).toMatchFileSnapshot(PAGE);
});
