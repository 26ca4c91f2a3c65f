import type { Publisher } from '../domain/access.ts';
import type { DeadLetter, Position } from '../domain/dead-letter.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';

export interface AdmitContext {
  readonly publisher: Publisher;
  /** `cloudevents` for what a publisher sent itself, otherwise the adapter that translated it. */
  readonly adapter: string;
  readonly position: Position;
  readonly nowMs: number;
  /** True for imported history, which may be old. */
  readonly history: boolean;
  /** Keeps `task.purpose`, which is personal data, as it is instead of its hash. */
  readonly keepPurpose?: boolean;
}

export type Admission =
  | { readonly kind: 'admitted'; readonly event: AdmittedEvent }
  | { readonly kind: 'refused'; readonly letter: DeadLetter };

/** `raw` is JSON text when it is a string or a buffer, otherwise a parsed value. Never throws. */
export type Admit = (input: { readonly raw: unknown }, context: AdmitContext) => Admission;

/** Why a message was refused. `reason` never quotes it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly path: string;
  readonly reason: string;
}

export const tooLarge: Refusal = {
  code: 'EVENT_TOO_LARGE',
  path: '',
  reason: `larger than ${EVENT_BYTES_MAX} bytes`,
};

export function rawToken(path: string): Refusal {
  return refusalOf('EVENT_RAW_TOKEN', path, 'looks like a credential; send its jti or its hash');
}

export function invalid(path: string, reason: string): Refusal {
  return refusalOf('EVENT_INVALID', path, reason);
}

export function refusalOf(code: ErrorCode, path: string, reason: string): Refusal {
  return { code, path, reason };
}
