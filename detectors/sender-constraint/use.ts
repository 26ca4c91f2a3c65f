import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { eventIds, instant, wentThrough } from '../evidence.ts';
import { areTwoRequests, systemOf, useFinding } from '../uses.ts';
import { wrongKeyOf } from './keys.ts';

const none: readonly Finding[] = [];

/** A call whose sender proved another key than its token's (RFC 9449 section 4.3, RFC 8705 section 3, V25). */
export function judgeKey(action: ActionView, policy: Policy): readonly Finding[] {
  const { token, sender } = action;
  if (token === undefined || sender === undefined) return none;
  const wrong = wrongKeyOf(token.cnf ?? action.presented?.cnf, sender);
  if (wrong === undefined) return none;
  return [
    useFinding({ action, token, policy }, 'wrong-key', {
      pages: true,
      says: 'with a key that its token is not bound to',
      evidence: {
        method: wrong.method,
        boundTo: wrong.bound,
        provedKey: wrong.proved,
        system: systemOf(action) ?? null,
      },
    }),
  ];
}

/** One proof in two requests of a token (RFC 9449 section 11.1, V26): whoever sent the second one had only heard it. */
export function judgeProofs(token: TokenView, policy: Policy): readonly Finding[] {
  const sent = new Map<string, readonly ActionView[]>();
  let refused: Finding | undefined;
  for (const action of token.uses) {
    const proof = action.sender?.jti;
    if (proof === undefined) continue;
    const before = sent.get(proof);
    sent.set(proof, before === undefined ? [action] : [...before, action]);
    // Nearly every proof is new: which requests they were is asked of those only that are not.
    const requests = before === undefined ? [] : action.httpRequestIds;
    const original = before?.find((one) => wentThrough(one) && areTwoRequests(one.httpRequestIds, requests));
    if (original === undefined) continue;
    const finding = replay(token, original, action, proof, policy);
    if (finding.kind === 'alert') return [finding];
    refused ??= finding;
  }
  return refused === undefined ? none : [refused];
}

function replay(
  token: TokenView,
  original: ActionView,
  action: ActionView,
  proof: string,
  policy: Policy,
): Finding {
  return {
    ...useFinding({ action, token, policy }, 'proof-replayed', {
      pages: true,
      says: 'with a proof that another request had been sent with',
      evidence: {
        proof,
        system: systemOf(action) ?? null,
        firstAt: instant(original.atMs),
        firstSystem: systemOf(original) ?? null,
      },
    }),
    eventIds: eventIds(action.eventIds, original.eventIds, token.eventIds),
    shownBy: action.id,
  };
}
