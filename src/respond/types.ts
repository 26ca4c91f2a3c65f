import type { ErrorCode } from '../domain/errors.ts';
import type { Severity } from '../domain/finding.ts';
import type { Notice } from '../domain/notice.ts';
import type { OutboxEntry, Response } from '../domain/response.ts';

/** Who is told of what. The channel of the same name is how. */
export interface Subscription {
  readonly name: string;
  readonly disabled: boolean;
  /** Patterns over message types, e.g. `alert.*`. */
  readonly events: readonly string[];
  readonly minSeverity: Severity;
  /** Patterns over one of its detectors, its tenant and whoever answers for the actor. */
  readonly detectors: readonly string[];
  readonly tenants: readonly string[];
  readonly owners: readonly string[];
}

/** The text of a message to people, fixed when it is first made. */
export type Render = (notice: Notice, response: Response | undefined) => string;

/** What became of one attempt. */
export type Attempt =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      /** What the receiver called the message. */
      readonly receipt?: string;
    }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly message: string;
      readonly retriable: boolean;
    };

/** One way out: to an endpoint that is told, or to a connector that revokes. Expected failures are values. */
export interface Channel {
  readonly name: string;
  /** What it is to carry waits in the store. */
  readonly disabled: boolean;
  send(entry: OutboxEntry): Promise<Attempt>;
  /** Everything but the request: signs, resolves and checks the destination. Undefined when nothing is wrong. */
  rehearse(entry: OutboxEntry): Promise<string | undefined>;
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
