import type { OutboxEntry } from '../../domain/response.ts';
import type { Guard } from '../guard.ts';
import type { Channel, Clock } from '../types.ts';

/** Where findings go that a topic takes. Rejects with KAFKA_UNAVAILABLE or DELIVERY_REFUSED. */
export interface Topic {
  /** Resolves when every in-sync replica has it. */
  send(message: {
    readonly key: string;
    readonly value: string;
    readonly headers: Readonly<Record<string, string>>;
  }): Promise<void>;
}

/** Opens a channel whose secrets are read. */
export type Connect = (parts: NotifyParts) => Channel;

/** What channels to people and systems are made of. */
export interface NotifyParts {
  readonly guard: Guard;
  readonly clock: Clock;
  /** Where people reach this service; without it messages hold no links. */
  readonly publicUrl: string | undefined;
  readonly productVersion: string;
  /** What was said before: newest state of the entries that are named. */
  readonly earlier: (tenant: string, ids: readonly string[]) => Promise<readonly OutboxEntry[]>;
  /** Undefined without brokers. */
  readonly topic: Topic | undefined;
  /** For everything that one attempt asks of others. */
  readonly timeoutMs?: number;
}
