import type { Hop } from './detail.ts';
import { msOf, shortTime } from './instants.ts';

/** What a hop's authority is at an instant. */
export type HopState = 'later' | 'live' | 'expired' | 'revoked' | 'none';

/** `none`: it is no credential, so there is nothing that could end. */
export function stateAt(hop: Hop, atMs: number): HopState {
  const begin = msOf(hop.issuedAt) ?? msOf(hop.firstUsedAt);
  if (begin !== undefined && begin > atMs) return 'later';
  if (hop.kind !== 'token' && hop.kind !== 'session') return 'none';
  const revoked = msOf(hop.revokedAt);
  if (revoked !== undefined && revoked <= atMs) return 'revoked';
  const expires = msOf(hop.expiresAt);
  return expires !== undefined && expires <= atMs ? 'expired' : 'live';
}

/** The same in words: what a person must know of it at a glance. */
export function stateWords(hop: Hop, atMs: number): string {
  const state = stateAt(hop, atMs);
  const at = (text: string | null | undefined) => shortTime(msOf(text) ?? atMs, atMs);
  switch (state) {
    case 'later':
      return `not yet; from ${at(hop.issuedAt ?? hop.firstUsedAt)}`;
    case 'revoked':
      return `revoked ${at(hop.revokedAt)}`;
    case 'expired':
      return `expired ${at(hop.expiresAt)}`;
    case 'none':
      return '';
    default:
      if (hop.expiresAt === null) return 'live, never expires';
      return hop.expiresAt === undefined ? 'live, end unknown' : `live until ${at(hop.expiresAt)}`;
  }
}
