import type { TokenView } from '../../src/domain/chain.ts';
import type { Principal, TokenRef } from '../../src/domain/event/index.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';

/** Why something is bait: the name in policy, or the pattern's principal. */
export interface Bait {
  readonly by: 'token' | 'principal';
  readonly name: string;
}

export function hasCanaries({ canaries }: Policy): boolean {
  return canaries.tokens.length + canaries.principals.length > 0;
}

/** A credential that nobody may use: named itself, or that of a principal that nobody is. */
export function baitIn(token: TokenView, policy: Policy): Bait | undefined {
  const named = namesOf(token.ref).find((name) => policy.canaries.tokens.includes(name));
  if (named !== undefined) return { by: 'token', name: named };
  return baitAmong([token.subject?.id, token.actor?.id, token.client], policy);
}

export function baitOf(principal: Principal | undefined, policy: Policy): Bait | undefined {
  return baitAmong([principal?.id], policy);
}

function baitAmong(ids: readonly (string | undefined)[], { canaries }: Policy): Bait | undefined {
  const name = ids.find((id) => id !== undefined && matchesAny(canaries.principals, id));
  return name === undefined ? undefined : { by: 'principal', name };
}

/** People write digests with and without the name of the algorithm. */
function namesOf(ref: TokenRef): readonly string[] {
  const jti = 'jti' in ref ? [ref.jti] : [];
  return ref.hash === undefined ? jti : [...jti, ref.hash, ref.hash.replace(/^sha256:/, '')];
}
