import { expect, test } from "vitest";
import { registryThat } from "../testing/in-process-registry.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

const SNAPSHOT: Snapshot = {
  format: "letterpress-registry-snapshot",
  compatibility: "BACKWARD",
  subjects: [
    {
      subject: "orders",
      compatibility: "STRICT",
      versions: [
        { version: 3, id: 7, deleted: false, schemaType: "AVRO", schema: '"string"', references: [] },
      ],
    },
  ],
};

test("a registry that knows no STRICT gets what it knows, and that is told", async () => {
  const { registry, client } = registryThat(async (route, pass, body) =>
    route.startsWith("PUT /config") && body.includes("STRICT")
      ? new Response(JSON.stringify({ error_code: 42203, message: "Invalid compatibility level" }), {
          status: 422,
        })
      : pass(),
  );
  const restored = await restoreSnapshot(client, SNAPSHOT);
  expect(restored).toEqual({ imported: 1, present: 0, weakened: ["orders"] });
  expect(registry.reader.config("orders")).toEqual({ compatibilityLevel: "FULL_TRANSITIVE" });
  expect(registry.reader.version("orders", 3).schema.id).toBe(7);
});

test("a subject's own mode is there again behind an import, also one that failed", async () => {
  const { registry, client } = registryThat(async (route, pass) => {
    if (route === "POST /subjects/orders/versions" && refuse) return new Response("{}", { status: 422 });
    return pass();
  });
  let refuse = true;
  await client.setMode("READONLY", "orders");
  await expect(restoreSnapshot(client, SNAPSHOT)).rejects.toMatchObject({ code: "INVALID" });
  expect(registry.reader.mode("orders")).toBe("READONLY");
  refuse = false;
  await client.deleteMode("orders");
  expect(await restoreSnapshot(client, SNAPSHOT)).toMatchObject({ imported: 1, weakened: [] });
  expect(registry.reader.mode("orders", true)).toBe("READWRITE");
});
