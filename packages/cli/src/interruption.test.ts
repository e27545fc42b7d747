import { afterEach, expect, test, vi } from "vitest";
import { onInterruption, whenAborted } from "./interruption.ts";

afterEach(() => vi.restoreAllMocks());

test("the first signal winds up, the second one ends the process at once", async () => {
  const exit = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  using interruption = onInterruption();
  process.emit("SIGTERM", "SIGTERM");
  await whenAborted(interruption);
  expect(exit).not.toHaveBeenCalled();
  process.emit("SIGINT", "SIGINT");
  expect(exit).toHaveBeenCalledWith(130);
});

test("signals mean what they meant before once the work is over", () => {
  const before = process.listenerCount("SIGINT");
  {
    using _ = onInterruption();
    expect(process.listenerCount("SIGINT")).toBe(before + 1);
  }
  expect(process.listenerCount("SIGINT")).toBe(before);
});
