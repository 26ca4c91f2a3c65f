/**
 * Every error code a person or a program can meet, in one closed table. Branch on the code, never on text.
 * `status` is the HTTP status the API answers with; `retriable` says whether the same call may succeed later.
 */
export const errorCodes = {
  // Why an event was refused (dead letters, problem details).
  EVENT_NOT_JSON: { status: 400, retriable: false },
  EVENT_TOO_LARGE: { status: 413, retriable: false },
  EVENT_INVALID: { status: 422, retriable: false },
  EVENT_TYPE_UNKNOWN: { status: 422, retriable: false },
  EVENT_TIME_OUT_OF_BOUNDS: { status: 422, retriable: false },
  EVENT_ACT_TOO_DEEP: { status: 422, retriable: false },
  EVENT_RAW_TOKEN: { status: 422, retriable: false },
  EVENT_TENANT_FORBIDDEN: { status: 403, retriable: false },
  EVENT_ISSUER_FORBIDDEN: { status: 403, retriable: false },
  EVENT_RESERVED: { status: 403, retriable: false },
  EVENT_FORMAT_UNKNOWN: { status: 422, retriable: false },
  EVENT_STORE_REFUSED: { status: 422, retriable: false },
  EVENT_POISONOUS: { status: 422, retriable: false },
  // The API.
  REQUEST_INVALID: { status: 400, retriable: false },
  UNAUTHENTICATED: { status: 401, retriable: false },
  FORBIDDEN: { status: 403, retriable: false },
  NOT_FOUND: { status: 404, retriable: false },
  CONFLICT: { status: 409, retriable: false },
  TOO_MANY_REQUESTS: { status: 429, retriable: true },
  OVERLOADED: { status: 503, retriable: true },
  INTERNAL: { status: 500, retriable: true },
  // Starting and running.
  USAGE: { status: 500, retriable: false },
  CONFIG_INVALID: { status: 500, retriable: false },
  INPUT_UNREADABLE: { status: 500, retriable: false },
  STORE_UNAVAILABLE: { status: 503, retriable: true },
  STORE_REFUSED: { status: 500, retriable: false },
  STORE_SCHEMA_MISMATCH: { status: 500, retriable: false },
  KAFKA_UNAVAILABLE: { status: 503, retriable: true },
  // Delivery and response.
  DESTINATION_FORBIDDEN: { status: 422, retriable: false },
  DELIVERY_FAILED: { status: 502, retriable: true },
  DELIVERY_REFUSED: { status: 502, retriable: false },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one error class. `message` is safe to show; anything that may quote input belongs in `cause`. */
export class ChainwardenError extends Error {
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, string | number | boolean>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; detail?: Readonly<Record<string, string | number | boolean>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ChainwardenError';
    this.code = code;
    this.detail = options.detail ?? {};
  }

  get retriable(): boolean {
    return errorCodes[this.code].retriable;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
