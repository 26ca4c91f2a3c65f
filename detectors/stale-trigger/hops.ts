import type { ChainView, RequestView } from '../../src/domain/chain.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { holderOf } from '../evidence.ts';

/** The chain grew by a token or a call of an agent, and nothing was done with it yet. */
export interface Hop {
  readonly kind: 'token' | 'invocation';
  readonly atMs: number;
  readonly says: string;
  readonly eventIds: readonly string[];
}

/** The first hop since then, where the chain has no other request that it could be for. */
export function hopsAfter(chain: ChainView, request: RequestView, sinceMs: number): readonly Hop[] {
  if (chain.requests.some(({ triggerId }) => triggerId !== request.triggerId)) return [];
  const hops: Hop[] = [];
  for (const token of chain.tokens) {
    const { iatMs, grant, parent, eventIds } = token;
    // A session that is kept alive is no step of the work.
    if (iatMs === undefined || iatMs < sinceMs || parent === undefined || grant === 'refresh_token') continue;
    hops.push({ kind: 'token', atMs: iatMs, says: `${holderOf(token)} got a token`, eventIds });
  }
  for (const { atMs, actor, callee, eventId } of chain.invocations) {
    if (atMs < sinceMs) continue;
    const says = `${principalLabel(actor)} called ${principalLabel(callee)}`;
    hops.push({ kind: 'invocation', atMs, says, eventIds: [eventId] });
  }
  return hops.sort((a, b) => a.atMs - b.atMs || (a.says < b.says ? -1 : 1)).slice(0, 1);
}
