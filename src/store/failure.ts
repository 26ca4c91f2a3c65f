import { ChainwardenError } from '../domain/errors.ts';

/** What the engine says of a failure, whichever of the two clients built the error. */
interface EngineFailure {
  readonly code: number;
  readonly type: string;
}

/** The same call may succeed later: time, memory, network, sessions, locks, a server that starts or ends. */
const passing = new Set([
  3, 32, 76, 95, 159, 164, 198, 202, 203, 209, 210, 236, 241, 242, 243, 252, 279, 285, 319, 373, 394, 415,
  425, 439, 516, 999,
]);

/** The engine could not take a value: one row is bad, its neighbours may be good. */
const ofData = new Set([
  6, 19, 23, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 117, 128, 130, 131, 145, 190, 247, 321, 349, 376, 407,
  441, 467, 469, 652, 691, 706,
]);

export function engineFailure(error: unknown): EngineFailure | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const code = Number(error.code);
  if (!Number.isInteger(code)) return undefined;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  return { code, type };
}

/** True when bisection can find the bad row. */
export function refusesData(error: unknown): boolean {
  const failure = engineFailure(error instanceof ChainwardenError ? error.cause : error);
  return failure !== undefined && ofData.has(failure.code);
}

/**
 * The engine's text quotes rows ("cannot parse input before: '…'"), so it stays in `cause`; the message says what was
 * attempted and the engine's code, no more.
 */
export function storeFailure(attempt: string, error: unknown): ChainwardenError {
  if (error instanceof ChainwardenError) return error;
  const failure = engineFailure(error);
  if (failure === undefined) {
    return new ChainwardenError('STORE_UNAVAILABLE', `the store did not answer while ${attempt}`, {
      cause: error,
    });
  }
  const code = passing.has(failure.code) ? 'STORE_UNAVAILABLE' : 'STORE_REFUSED';
  const said = `engine code ${failure.code}${failure.type === '' ? '' : ` ${failure.type}`}`;
  const message =
    code === 'STORE_UNAVAILABLE'
      ? `the store failed while ${attempt}: ${said}`
      : `the store refused ${attempt}: ${said}`;
  return new ChainwardenError(code, message, { cause: error, detail: { engineCode: failure.code } });
}
