import type { OutboxEntry, Response, ResponseTarget } from '../domain/response.ts';
import type { Connector } from './connectors/index.ts';
import { readOrder } from './connectors/order.ts';
import { failure } from './failure.ts';
import type { Channel, Clock } from './types.ts';

/** What is to be known, by everybody who reads the log, of what was done about a credential. */
export interface OwnRecord {
  readonly tenant: string;
  readonly responseId: string;
  readonly target: ResponseTarget;
  readonly state: 'requested' | 'confirmed' | 'unconfirmed' | 'undone';
  readonly connector: string | undefined;
  readonly atMs: number;
}

/** Resolves when it is durable in the log. The same record again changes nothing. */
export type RecordOwn = (record: OwnRecord) => Promise<void>;

/** Of a response that is carried out for real. */
export function recordOf(response: Response, state: OwnRecord['state'], atMs: number): OwnRecord {
  const { tenant, id, target, endpoint } = response;
  return { tenant, responseId: id, target, state, connector: endpoint, atMs };
}

/** Messages of one connector that are remembered: a record that was forgotten is written again. */
const REMEMBERED_MAX = 10_000;

export interface Attempts {
  /** When the first attempt at a response began, if this process made it. */
  startedMs(responseId: string): number | undefined;
  forget(responseId: string): void;
}

/**
 * A connector as a channel that tells the log first. What is about to end is a tombstone before the first call: a child
 * that is minted meanwhile, or while the receiver is away, is recognised by it.
 */
export function carriedBy(
  connector: Connector,
  { record, clock }: { readonly record: RecordOwn | undefined; readonly clock: Clock },
): { readonly channel: Channel; readonly attempts: Attempts } {
  const recorded = new Set<string>();
  const started = new Map<string, number>();

  async function entomb(entry: OutboxEntry): Promise<void> {
    const order = readOrder(entry.body);
    if (record === undefined || recorded.has(entry.id) || order === undefined || order.type === 'undo')
      return;
    const { tenant, responseId, createdMs } = entry;
    const { target } = order.data;
    // The time of the decision, so that whoever tells of it again tells the same.
    await record({
      tenant,
      responseId,
      target,
      state: 'requested',
      connector: connector.name,
      atMs: createdMs,
    });
    if (recorded.size >= REMEMBERED_MAX) recorded.clear();
    recorded.add(entry.id);
  }

  const channel: Channel = {
    ...connector,
    async send(entry) {
      try {
        await entomb(entry);
      } catch (error) {
        return { ...failure(error), retriable: true };
      }
      if (started.size >= REMEMBERED_MAX) started.clear();
      if (entry.attempts === 0 && !started.has(entry.responseId)) started.set(entry.responseId, clock());
      return connector.send(entry);
    },
  };
  return {
    channel,
    attempts: {
      startedMs: (responseId) => started.get(responseId),
      forget: (responseId) => void started.delete(responseId),
    },
  };
}
