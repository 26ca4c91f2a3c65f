import type { Random } from '../../src/evaluate/random.ts';
import type { Attempt, Channel } from '../../src/respond/types.ts';
import type { Life } from './life.ts';

/** One message as the receiver got it. */
export interface Received {
  readonly endpoint: string;
  readonly id: string;
  readonly body: string;
}

/** Attempts at one message that may go wrong; a receiver that never answers would be given up, as it should be. */
const FAULTS_PER_MESSAGE_MAX = 3;

export interface Receiver {
  readonly received: readonly Received[];
  /** The way to the receiver as one life of the process sees it: requests get lost, and so do answers. */
  connect(life: Life): (name: string) => Channel;
}

export function createReceiver(random: Random): Receiver {
  const received: Received[] = [];
  const faults = new Map<string, number>();

  function mayFail(id: string): boolean {
    const count = faults.get(id) ?? 0;
    if (count >= FAULTS_PER_MESSAGE_MAX || !random.chance(0.25)) return false;
    faults.set(id, count + 1);
    return true;
  }

  return {
    received,
    connect: (life) => (name) => ({
      name,
      disabled: false,
      send({ id, body }) {
        const fault = mayFail(id) ? random.pick(['lost', 'unheard', 503, 429, 500] as const) : undefined;
        const arrive = (): void => {
          if (fault === undefined || fault === 'unheard') received.push({ endpoint: name, id, body });
        };
        return life.outside<Attempt>({
          thereMs: random.int(5, 400),
          backMs: random.int(5, 200),
          run() {
            arrive();
            if (fault === undefined) return { kind: 'answered', status: 204, retryAfter: undefined };
            if (typeof fault === 'number') {
              return { kind: 'answered', status: fault, retryAfter: fault === 429 ? '7' : undefined };
            }
            return { kind: 'failed', code: 'DELIVERY_FAILED', message: 'no answer', retriable: true };
          },
          abandon: arrive,
        });
      },
      rehearse: async () => undefined,
      close: async () => undefined,
    }),
  };
}
