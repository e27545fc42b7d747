// An import that kills itself: as a crash does, without a chance to wind anything up.
import { importData } from "@letterpress/server";

/** When to end: at this part of the bytes of a phase, or some milliseconds later. */
export interface CrashPoint {
  readonly phase: "checking" | "copying" | "verifying";
  readonly part: number;
  readonly afterMs?: number;
}

const [data, servers, crash] = process.argv.slice(2) as [string?, string?, string?];
if (data !== undefined && servers !== undefined) {
  const point: CrashPoint | undefined = crash === undefined ? undefined : JSON.parse(crash);
  const die = (): void => void process.kill(process.pid, "SIGKILL");
  const importing = importData({
    data,
    cluster: { servers: servers.split(","), replicas: 1 },
    onProgress(progress) {
      if (progress.phase !== point?.phase || progress.bytes < progress.bytesTotal * point.part) return;
      if (point.afterMs === undefined) die();
      else setTimeout(die, point.afterMs);
    },
  });
  // A crash may come when all is done but telling so.
  const isDone = await importing.then(
    () => true,
    ({ code, message }) =>
      code === "CLUSTER_NOT_EMPTY" && message.includes("imported into this cluster already"),
  );
  if (isDone) console.log("done");
  else process.exitCode = 1;
}
