import type { PeopleView, RequestView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';

/** Since when a source cannot be trusted, and who says so. */
export interface Taint {
  readonly who: string;
  readonly by: 'compromised' | 'exposed';
  readonly atMs: number;
  readonly eventId: string;
}

/**
 * Why the source of a request is not to be trusted at a moment: the initiator, or the key that signed, was found
 * compromised or is out. A key that is out is good again once it was changed; a party that was taken over only
 * once somebody enabled it again, for whoever took it over can change its key.
 */
export function taintOf(
  { initiator, provenance }: RequestView,
  atMs: number,
  people: PeopleView,
): Taint | undefined {
  for (const source of [initiator, ...keysOf(initiator, provenance?.keyId)]) {
    const { changes, exposure } = people.of(source);
    const isHealed = (sinceMs: number, ...by: readonly string[]) =>
      changes.some((later) => later.atMs > sinceMs && later.atMs <= atMs && by.includes(later.change));
    const found = changes.find((one) => one.change === 'compromised' && !isHealed(one.atMs, 'enabled'));
    if (found !== undefined)
      return { who: source.id, by: 'compromised', atMs: found.atMs, eventId: found.eventId };
    if (exposure !== undefined && !isHealed(exposure.atMs, 'enabled', 'credential-changed')) {
      return { who: source.id, by: 'exposed', atMs: exposure.atMs, eventId: exposure.eventId };
    }
  }
  return undefined;
}

/** A key is told of under its id, with or without whose it is. */
function keysOf({ iss }: Principal, keyId: string | undefined): readonly Principal[] {
  if (keyId === undefined) return [];
  const key: Principal = { id: keyId, kind: 'unknown' };
  return iss === undefined ? [key] : [key, { ...key, iss }];
}
