// The least a fetch can do: a position comes in, that many bytes of a file go out. One pooled buffer per connection.
import { open } from "node:fs/promises";
import { createServer, type Socket } from "node:net";

interface Input {
  readonly file: string;
  readonly bytesMax: number;
}

/** A request is its length, then the position in the file. */
const REQUEST_BYTES = 12;
const POSITION_AT = 4;
const LENGTH_BYTES = 4;

const { file, bytesMax } = JSON.parse(process.argv[2]!) as Input;
const log = await open(file, "r");

const server = createServer({ noDelay: true }, serve);
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.once("SIGTERM", () => process.exit(0));

/** The client has one request in flight, so the buffer is free again when the next one comes. */
function serve(socket: Socket): void {
  const buffer = Buffer.allocUnsafeSlow(LENGTH_BYTES + bytesMax);
  let request = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", async (chunk: Buffer) => {
    request = Buffer.concat([request, chunk]);
    if (request.length < REQUEST_BYTES) return;
    const position = Number(request.readBigInt64BE(POSITION_AT));
    request = request.subarray(REQUEST_BYTES);
    const { bytesRead } = await log.read(buffer, LENGTH_BYTES, bytesMax, position);
    buffer.writeInt32BE(bytesRead, 0);
    socket.write(buffer.subarray(0, LENGTH_BYTES + bytesRead));
  });
}
