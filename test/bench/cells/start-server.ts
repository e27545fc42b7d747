// Starts the server in this process and asks it one thing; run fresh, so that nothing is loaded or compiled yet.
import { ApiVersions, decodeResponse, encodeRequest } from "@letterpress/protocol";
import { FramePipe } from "../harness/frame-pipe.ts";
import { cellInput, endCell } from "../harness/run-cell.ts";

export interface StartServerInput {
  /** Left out: the server keeps everything in memory. */
  readonly data?: string;
}

export interface StartServerResult {
  /** Loading the package. */
  readonly importMs: number;
  /** From calling `startServer()` to having its first answer. */
  readonly firstAnswerMs: number;
  readonly residentMb: number;
}

const VERSION = 3;

const importedMs = performance.now();
const { startServer } = await import("@letterpress/server");
const calledMs = performance.now();
const server = await startServer({
  ...cellInput<StartServerInput>(),
  kafka: "127.0.0.1:0",
  http: "127.0.0.1:0",
  log: { level: "warn" },
});
const answer = await firstAnswer(Number(server.kafka.split(":").at(-1)));
const answeredMs = performance.now();
if (decodeResponse(ApiVersions, VERSION, answer).body.errorCode !== 0) throw new Error("ApiVersions failed");
await server.close();
endCell({
  importMs: calledMs - importedMs,
  firstAnswerMs: answeredMs - calledMs,
  residentMb: process.memoryUsage.rss() / 1e6,
} satisfies StartServerResult);

async function firstAnswer(port: number): Promise<Buffer> {
  const request = encodeRequest(ApiVersions, VERSION, 1, "bench", {
    clientSoftwareName: "bench",
    clientSoftwareVersion: "1",
  });
  return new Promise((resolve, reject) => {
    FramePipe.open("127.0.0.1", port, resolve).then((pipe) => pipe.send(request), reject);
  });
}
