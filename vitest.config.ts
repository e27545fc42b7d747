import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@letterpress/source", "node", "import", "default"] },
  ssr: { resolve: { conditions: ["@letterpress/source", "node", "import", "default"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "codegen/src/**/*.test.ts",
      "test/**/*.test.ts",
      "examples/**/*.test.ts",
    ],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // On a shared machine a real fault can meet a real stall. What passes only then is marked in the report.
    retry: process.env.CI === undefined ? 0 : 1,
    pool: "forks",
    maxWorkers: 2,
  },
});
