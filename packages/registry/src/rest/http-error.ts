import { RegistryError } from "../registry-error.ts";

/** A request that never reached the registry: the HTTP status is its error code too. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 422;

  constructor(status: HttpError["status"], message: string) {
    super(message);
    this.status = status;
  }
}

/** The body and status an error is answered with. What nobody foresaw is told to the log, not to the client. */
export function describeError(error: unknown): {
  status: number;
  body: { error_code: number; message: string };
} {
  if (error instanceof RegistryError) {
    return { status: error.status, body: { error_code: error.code, message: error.message } };
  }
  if (error instanceof HttpError) {
    return { status: error.status, body: { error_code: error.status, message: error.message } };
  }
  return {
    status: 500,
    body: { error_code: 500, message: "Internal server error; the server's log says more" },
  };
}
