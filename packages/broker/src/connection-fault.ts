/** The reason of a connection that ended because nothing came by it for too long. */
export const IDLE = "idle";

/** A request whose answer cannot be given in its API's own terms: the connection ends. */
export class ConnectionFault extends Error {
  override readonly name = "ConnectionFault";
  /** A short, stable name for metrics. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
