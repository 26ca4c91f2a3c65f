import type { TokenRef } from './event/index.ts';

export const responseStates = [
  'refused',
  'proposed',
  'requested',
  'accepted',
  'confirmed',
  'unconfirmed',
  'failed',
] as const;
/** `accepted`: the receiver took it, which is not yet proof that the authority ended (RFC 7009 answers 200 to all). */
export type ResponseState = (typeof responseStates)[number];

/** What was done about an alert. One row per state of an attempt; append-only. */
export interface Response {
  readonly tenant: string;
  /** Deterministic: (tenant, action, target, epoch), so that two alerts on one token revoke once. */
  readonly id: string;
  readonly alertId: string;
  readonly chainId: string | undefined;
  readonly detector: string;
  readonly action: 'token.revoke';
  readonly target: TokenRef;
  readonly targetKey: string;
  /** dry_run: everything but the last request happens and is recorded. */
  readonly mode: 'dry_run' | 'auto';
  readonly state: ResponseState;
  readonly attempt: number;
  readonly atMs: number;
  /** Why it was refused, failed, or is only proposed. */
  readonly reason: string;
  readonly endpoint: string;
  readonly httpStatus: number;
  readonly requestedBy: string;
  /** The moment the credential stops working by itself; null: never. */
  readonly residualUntilMs: number | null | undefined;
}

export type OutboxState = 'pending' | 'delivered' | 'dead';

/** A message that must leave, written before it is sent. `id` is the `webhook-id` on every attempt. */
export interface OutboxEntry {
  readonly tenant: string;
  readonly id: string;
  /** Name of the configured endpoint. */
  readonly endpoint: string;
  /** `incident.raised`, `alert.withdrawn`, `token.revoke` … */
  readonly type: string;
  /** The exact bytes that are signed and sent. */
  readonly body: string;
  /** The response it carries out, when it is one. */
  readonly responseId: string;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly createdMs: number;
  readonly nextAttemptMs: number;
  readonly lastStatus: number;
  readonly lastError: string;
  readonly version: number;
}
