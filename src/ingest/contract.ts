import type { ErrorCode } from '../domain/errors.ts';
import { EVENT_BYTES_MAX } from '../domain/limits.ts';

/** Why a message was refused. `reason` never quotes it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly path: string;
  readonly reason: string;
  /** Of EVENT_ISSUER_FORBIDDEN: the issuer for whom the publisher spoke. */
  readonly issuer?: string;
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
