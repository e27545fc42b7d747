import type { RecordMetadata } from "@letterpress/client";
import { describeFailure, type Failure } from "../errors.ts";
import { counted } from "../table.ts";
import type { Line } from "./lines.ts";
import { isRecordFault, type SendLine } from "./record-sender.ts";

const UNACKNOWLEDGED_MAX = 10_000;
const FAILURES_SHOWN_MAX = 20;

/** What was acknowledged in one partition. */
export interface SentPartition {
  readonly partition: number;
  records: number;
  lastOffset: bigint;
}

/** Input that could not be sent; each line's message names it. */
export class SendingFailed extends Error implements Pick<Failure, "code" | "exitCode"> {
  override readonly name = "SendingFailed";
  readonly code: Failure["code"];
  readonly exitCode: Failure["exitCode"];

  constructor(messages: readonly string[], { code, exitCode }: Failure, cause: unknown) {
    super(messages.join("\n"), { cause });
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Sends lines, a bounded number at a time, and keeps the count. Stops at the first failure. */
export class Sending {
  readonly #send: SendLine;
  readonly #source: string;
  readonly #partitions = new Map<number, SentPartition>();
  readonly #failures: { readonly line: number; readonly error: unknown }[] = [];
  #inFlight = 0;
  #onSettled: (() => void) | undefined;
  /** How many records are acknowledged. */
  acknowledged = 0;

  /** @param source How messages name the input. */
  constructor(send: SendLine, source: string) {
    this.#send = send;
    this.#source = source;
  }

  /** Whether it makes no sense to go on. */
  get hasFailed(): boolean {
    return this.#failures.length > 0;
  }

  get partitions(): SentPartition[] {
    return [...this.#partitions.values()].toSorted((a, b) => a.partition - b.partition);
  }

  /** Sends a line; waits while too many are on their way. */
  async send({ number, bytes }: Line): Promise<void> {
    while (this.#inFlight >= UNACKNOWLEDGED_MAX) await this.#settled();
    this.#inFlight++;
    this.#send(bytes).then(
      (metadata) => this.#sent(metadata),
      (error: unknown) => this.#failed(number, error),
    );
  }

  /**
   * Waits for everything on its way.
   *
   * @throws SendingFailed with the lines at fault.
   */
  async finish(): Promise<void> {
    while (this.#inFlight > 0) await this.#settled();
    const failures = this.#failures.toSorted((a, b) => a.line - b.line);
    const [first] = failures;
    if (first === undefined) return;
    // A lost connection fails everything on its way with the same words.
    const messages = [...new Set(failures.map(({ line, error }) => this.#describe(line, error)))];
    const more = messages.length - FAILURES_SHOWN_MAX;
    if (more > 0) messages.splice(FAILURES_SHOWN_MAX, more, `and ${more} more`);
    messages.push(`stopped; ${counted(this.acknowledged, "record")} had been sent`);
    throw new SendingFailed(messages, describeFailure(first.error), first.error);
  }

  #describe(line: number, error: unknown): string {
    const { records } = error as { readonly records?: readonly { readonly message: string }[] };
    const message = records?.[0]?.message ?? describeFailure(error).message;
    return isRecordFault(error) ? `${this.#source}:${line}: ${message}` : message;
  }

  #sent({ partition, offset }: RecordMetadata): void {
    let sent = this.#partitions.get(partition);
    if (sent === undefined) {
      sent = { partition, records: 0, lastOffset: offset };
      this.#partitions.set(partition, sent);
    }
    sent.records++;
    if (offset > sent.lastOffset) sent.lastOffset = offset;
    this.acknowledged++;
    this.#settle();
  }

  #failed(line: number, error: unknown): void {
    this.#failures.push({ line, error });
    this.#settle();
  }

  #settle(): void {
    this.#inFlight--;
    this.#onSettled?.();
  }

  async #settled(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onSettled = resolve;
    });
    this.#onSettled = undefined;
  }
}
