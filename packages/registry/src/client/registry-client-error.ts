/** Why a call to a registry failed. The set is closed. */
export type RegistryClientErrorCode =
  /** No registry answered: refused, timed out, or failing with 5xx, on every URL and every try. */
  | "UNREACHABLE"
  /** The registry wants credentials, or does not let these do that. */
  | "UNAUTHORIZED"
  /** There is no such subject, version, schema or setting. */
  | "NOT_FOUND"
  /** The schema cannot follow the ones that are there. */
  | "INCOMPATIBLE"
  /** The registry does not accept the schema, subject, version or setting. */
  | "INVALID"
  /** The mode of the subject, or a reference to it, forbids the change. */
  | "NOT_PERMITTED"
  /** The answer is not what a schema registry says. */
  | "UNEXPECTED_ANSWER";

/** The one error of the registry client. */
export class RegistryClientError extends Error {
  override readonly name = "RegistryClientError";
  readonly code: RegistryClientErrorCode;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** The registry's own error code, such as 40401; undefined when it gave none. */
  readonly registryCode: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retriable: boolean;

  constructor(
    code: RegistryClientErrorCode,
    message: string,
    options: ErrorOptions & { status?: number | undefined; registryCode?: number | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.status = options.status;
    this.registryCode = options.registryCode;
    this.retriable = code === "UNREACHABLE";
  }
}

/** The error an answer stands for, with what to do about it. */
export function errorOfAnswer(
  status: number,
  registryCode: number | undefined,
  text: string,
): RegistryClientError {
  const code = codeOf(status, registryCode);
  const message = `${text || `HTTP ${status}`}${ADVICE[code]}`;
  return new RegistryClientError(code, message, { status, registryCode });
}

/** A registry other than Letterpress's was asked for the level that only ours has. */
export function unknownStrict(cause: RegistryClientError): RegistryClientError {
  const message =
    "this registry does not know the level STRICT, which is Letterpress's own; set FULL_TRANSITIVE, and let " +
    "`letterpress schema check --level STRICT` hold what is beyond it";
  const { code, status, registryCode } = cause;
  return new RegistryClientError(code, message, { cause, status, registryCode });
}

function codeOf(status: number, registryCode: number | undefined): RegistryClientErrorCode {
  if (status === 401 || status === 403) return "UNAUTHORIZED";
  if (status === 404) return "NOT_FOUND";
  if (status === 409) return "INCOMPATIBLE";
  if (registryCode === 42205 || registryCode === 42206) return "NOT_PERMITTED";
  if (status >= 500 || status === 429) return "UNREACHABLE";
  return status >= 400 ? "INVALID" : "UNEXPECTED_ANSWER";
}

const ADVICE: Readonly<Record<RegistryClientErrorCode, string>> = {
  UNREACHABLE: "; check that the registry is up and that its URL is right",
  UNAUTHORIZED: "; give the client credentials that may do this",
  NOT_FOUND: "",
  INCOMPATIBLE: "; make the change compatible, or change the subject's compatibility level",
  INVALID: "",
  NOT_PERMITTED: "",
  UNEXPECTED_ANSWER: "; check that the URL is a schema registry's",
};
