import * as z from 'zod';
import type { ChannelHealth } from '../../domain/delivery.ts';
import { type OutboxEntry, outboxStates } from '../../domain/response.ts';
import { Instant, instant } from './common.ts';

export const DeliveryShape = z
  .object({
    id: z.string().describe('`webhook-id` of every attempt'),
    channel: z.string(),
    type: z.string(),
    state: z.enum(outboxStates).describe('dead: given up, or stopped'),
    attempts: z.int(),
    createdAt: Instant,
    nextAttemptAt: Instant.optional(),
    lastStatus: z.int().optional().describe('What the receiver answered; absent: nothing'),
    lastError: z.string().optional(),
    responseId: z.string().optional().describe('The response that it carries out'),
    isCancelled: z.boolean().describe('What it was for is over: it cannot be replayed'),
  })
  .meta({ id: 'Delivery', description: 'A message that left, or is to leave, without its text' });

export function presentDelivery(entry: OutboxEntry): z.infer<typeof DeliveryShape> {
  const { id, endpoint, type, state, attempts, lastStatus, lastError, responseId } = entry;
  return {
    id,
    channel: endpoint,
    type,
    state,
    attempts,
    createdAt: instant(entry.createdMs),
    nextAttemptAt: state === 'pending' ? instant(entry.nextAttemptMs) : undefined,
    lastStatus: lastStatus === 0 ? undefined : lastStatus,
    lastError: lastError === '' ? undefined : lastError,
    responseId: responseId === '' ? undefined : responseId,
    isCancelled: entry.isCancelled ?? false,
  };
}

export const ChannelShape = z
  .object({
    name: z.string(),
    state: z
      .enum(['well', 'failing', 'paused', 'gone', 'disabled'])
      .describe('failing: no attempt has succeeded since one failed; paused: the receiver asked for silence'),
    waiting: z.int(),
    inFlight: z.int(),
    hasMore: z.boolean().describe('More waits in the store'),
    failingSince: Instant.optional(),
    pausedUntil: Instant.optional(),
    lastError: z.string().optional(),
    lastDeliveryAt: Instant.optional().describe('Since the service started'),
  })
  .meta({ id: 'Channel', description: 'A way out: an endpoint that is told, or a connector that revokes' });

export function presentChannel(health: ChannelHealth, nowMs: number): z.infer<typeof ChannelShape> {
  const { endpoint, waiting, inFlight, overflowed, failingSinceMs, lastError } = health;
  const isPaused = health.pausedUntilMs > nowMs;
  return {
    name: endpoint,
    state: stateOf(health, isPaused),
    waiting,
    inFlight,
    hasMore: overflowed,
    failingSince: instant(failingSinceMs),
    pausedUntil: isPaused ? instant(health.pausedUntilMs) : undefined,
    lastError: lastError === '' ? undefined : lastError,
    lastDeliveryAt: instant(health.lastDeliveryMs),
  };
}

function stateOf(health: ChannelHealth, isPaused: boolean): z.infer<typeof ChannelShape>['state'] {
  if (health.disabled) return 'disabled';
  if (health.gone) return 'gone';
  if (isPaused) return 'paused';
  return health.failingSinceMs === undefined ? 'well' : 'failing';
}
