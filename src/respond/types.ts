import type { ErrorCode } from '../domain/errors.ts';
import type { Severity } from '../domain/finding.ts';

/** A receiver of webhooks, checked and with its secrets resolved. Safe to log: the secrets live in `sign` only. */
export interface Endpoint {
  readonly name: string;
  readonly url: URL;
  /** Patterns over message types, e.g. `alert.*`. */
  readonly events: readonly string[];
  readonly minSeverity: Severity;
  /** Loopback, private and carrier-grade addresses, and plain http to them. Never link-local or metadata. */
  readonly allowPrivate: boolean;
  readonly disabled: boolean;
  /** The value of `webhook-signature`: one signature for each secret. */
  readonly sign: (id: string, timestamp: Date, body: string) => string;
}

/** What became of one attempt. */
export type Attempt =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly retriable: boolean;
    };

/** How a message leaves. Expected failures are values. */
export interface Transport {
  send(endpoint: Endpoint, message: { readonly id: string; readonly body: string }): Promise<Attempt>;
  /** Everything but the request: signs, resolves and checks the destination. Undefined when nothing is wrong. */
  rehearse(
    endpoint: Endpoint,
    message: { readonly id: string; readonly body: string },
  ): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** Runs once after `ms`; the function returned cancels it. */
export type Timer = (run: () => void, ms: number) => () => void;

/** The part of pino that is used here. */
export interface Log {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
}
