import { ChainwardenError } from '../domain/errors.ts';
import { INTAKE_WAIT_MS_MAX, STOP_GRACE_MS } from '../domain/limits.ts';

/** Why a request for durability ends without one; the label of a metric. */
type Impatience = 'waited' | 'closing' | 'client_gone';

const said: Readonly<Record<Impatience, string>> = {
  waited: 'the events were not durable in time; send them again',
  closing: 'the service is shutting down; send the events again',
  client_gone: 'the client left before the events were durable',
};

/** After a wait of this kind the store will hardly be back in a second. */
const RETRY_AFTER_SECONDS = 5;

interface Wait {
  readonly signal: AbortSignal;
  end(): void;
}

export interface Patience {
  /** From now on until the answer, its connection, the time or the service ends. */
  begin(answer: NodeJS.EventEmitter): Wait;
  /** The service ends: whoever waits waits little longer. */
  hurry(): void;
}

/**
 * Bounds what waits for a store that does not answer: every publisher is told in time to come again, and the events of
 * one that has left give their room to those it sends anew.
 */
export function createPatience(): Patience {
  const closing = new AbortController();

  return {
    begin(answer) {
      const over = new AbortController();
      const give = (reason: Impatience) => () => over.abort(outOf(reason));
      const timer = setTimeout(give('waited'), INTAKE_WAIT_MS_MAX);
      const gone = give('client_gone');
      const close = give('closing');
      answer.once('close', gone);
      closing.signal.addEventListener('abort', close);
      return {
        signal: over.signal,
        end() {
          clearTimeout(timer);
          answer.off('close', gone);
          closing.signal.removeEventListener('abort', close);
        },
      };
    },
    hurry() {
      setTimeout(() => closing.abort(), STOP_GRACE_MS).unref();
    },
  };
}

function outOf(reason: Impatience): ChainwardenError {
  const detail = { reason, retryAfterSeconds: RETRY_AFTER_SECONDS };
  return new ChainwardenError('OVERLOADED', said[reason], { detail });
}
