import type { ChainView, Privilege, RequestEnd, RequestView } from '../../src/domain/chain.ts';
import { matchesAny } from '../../src/domain/policy.ts';

export interface TaskEnd {
  readonly atMs: number;
  readonly reason: RequestEnd['reason'];
  readonly eventIds: readonly string[];
}

/** A task is over when every request for it is: the last of their first ends. */
export function endOf(requests: readonly RequestView[]): TaskEnd | undefined {
  const ends = requests.map((request) => request.ends[0]);
  const known = ends.filter((end) => end !== undefined);
  const last = known.toSorted((a, b) => b.atMs - a.atMs)[0];
  if (last === undefined || known.length < ends.length) return undefined;
  return { atMs: last.atMs, reason: last.reason, eventIds: known.map(({ eventId }) => eventId) };
}

/** When it is over, by its own expiry or because somebody ended it; infinity: never. */
export function untilOf({ expMs, endedMs }: Privilege): number {
  return Math.min(expMs ?? Number.POSITIVE_INFINITY, endedMs ?? Number.POSITIVE_INFINITY);
}

/**
 * Approved, or among what the chain's approvals and tokens speak of. A chain that has neither, or an approval of which
 * nothing else is known, says nothing.
 */
export function isAskedFor({ approvalId, grants }: Privilege, chain: ChainView): boolean {
  if (approvalId !== undefined) {
    const approval = chain.approvals.find(({ id }) => id === approvalId);
    if (approval === undefined || approval.grants.length > 0) return true;
  }
  const spoken = [
    ...chain.approvals.flatMap((approval) =>
      approval.grants.flatMap(({ binds }) => binds.map(({ action }) => action)),
    ),
    ...chain.tokens.flatMap(({ scope, requestedScope }) => [...(scope ?? []), ...(requestedScope ?? [])]),
  ];
  if (chain.approvals.length === 0 && spoken.length === 0) return true;
  return grants.every((grant) => matchesAny(spoken, grant));
}
