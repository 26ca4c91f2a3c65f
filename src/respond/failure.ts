import { ChainwardenError } from '../domain/errors.ts';
import type { Attempt } from './types.ts';

type Failure = Extract<Attempt, { kind: 'failed' }>;

/** What an error means for its attempt. Only errors of ours are quoted: other messages may hold addresses. */
export function failure(error: unknown): Failure {
  if (error instanceof ChainwardenError) {
    return { kind: 'failed', code: error.code, message: error.message, retriable: error.retriable };
  }
  const code = codeOf(error);
  const message = code === undefined ? 'the request failed' : `the request failed: ${code}`;
  return { kind: 'failed', code: 'DELIVERY_FAILED', message, retriable: true };
}

/** The system's or undici's code. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'TimeoutError') return 'TIMEOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
