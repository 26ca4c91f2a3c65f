import type { Publisher } from '../../src/domain/access.ts';
import type { Random } from '../../src/evaluate/random.ts';
import type { VirtualTime } from './clock.ts';

/** One message of a publisher, as the world wrote it. */
export interface Message {
  /** Its own in the world: a dead letter names it. */
  readonly number: number;
  readonly publisher: string;
  /** When its publisher has it. */
  readonly sentMs: number;
  readonly raw: unknown;
}

/** What the service answers once everything in the request is durable. */
export type Intake = (publisher: Publisher, messages: readonly Message[]) => Promise<void>;

/** Everything that publishers want to say, over a network that loses, repeats and overtakes. */
export interface Network {
  /** Numbers of messages that were acknowledged. */
  readonly acknowledged: ReadonlySet<number>;
  readonly sent: number;
  /** Publishers say the rest of what they have once, undisturbed. */
  readonly calm: boolean;
}

const ANSWER_MS_MAX = 4_000;
const RETRY_MS_MIN = 6_000;
const RETRY_MS_MAX = 60_000;
const MESSAGES_PER_REQUEST_MAX = 5;

export function startNetwork(options: {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly publishers: ReadonlyMap<string, Publisher>;
  readonly messages: readonly Message[];
  /** The service, when one is up. */
  readonly intake: () => Intake | undefined;
}): Network {
  const { time, random, intake } = options;
  const acknowledged = new Set<number>();
  let sent = 0;

  /** Sends until it is acknowledged, as a publisher with an outbox of its own does. */
  function say(publisher: Publisher, messages: readonly Message[], waitMs = RETRY_MS_MIN): void {
    if (messages.every(({ number }) => acknowledged.has(number))) return;
    sent += 1;
    if (!random.chance(0.06)) deliver(publisher, messages);
    if (random.chance(0.06)) deliver(publisher, messages);
    const nextMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    time.after(waitMs * (1 + random.next()), () => say(publisher, messages, nextMs));
  }

  function deliver(publisher: Publisher, messages: readonly Message[]): void {
    time.after(delay(), () => {
      const service = intake();
      if (service === undefined) return;
      const answerLost = random.chance(0.06);
      void service(publisher, messages).then(
        () => {
          if (answerLost) return;
          time.after(delay(), () => {
            for (const { number } of messages) acknowledged.add(number);
          });
        },
        () => undefined,
      );
    });
  }

  /** Mostly milliseconds; now and then seconds, so that later requests overtake. */
  function delay(): number {
    return random.chance(0.1) ? random.int(200, ANSWER_MS_MAX) : random.int(1, 60);
  }

  for (const messages of requestsOf(options.messages, random)) {
    const [first] = messages;
    const last = messages.at(-1);
    const publisher = first === undefined ? undefined : options.publishers.get(first.publisher);
    if (publisher === undefined || last === undefined) throw new RangeError('a message without a publisher');
    time.after(last.sentMs - time.nowMs, () => say(publisher, messages));
  }
  return {
    acknowledged,
    get sent() {
      return sent;
    },
    get calm() {
      return acknowledged.size === options.messages.length;
    },
  };
}

/** Messages of one publisher that are close in time go together, sometimes in another order. */
function requestsOf(messages: readonly Message[], random: Random): Message[][] {
  const requests: Message[][] = [];
  const open = new Map<string, Message[]>();
  for (const message of [...messages].sort((a, b) => a.sentMs - b.sentMs || a.number - b.number)) {
    const request = open.get(message.publisher);
    const last = request?.at(-1);
    const joins =
      request !== undefined &&
      last !== undefined &&
      request.length < MESSAGES_PER_REQUEST_MAX &&
      message.sentMs - last.sentMs < 5_000 &&
      random.chance(0.6);
    if (joins) request.push(message);
    else {
      const fresh = [message];
      open.set(message.publisher, fresh);
      requests.push(fresh);
    }
  }
  return requests.map((request) => (random.chance(0.3) ? [...request].reverse() : request));
}
