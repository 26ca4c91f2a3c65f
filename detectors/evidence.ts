import type { ActionView, ChainView, TokenView } from '../src/domain/chain.ts';
import type { Subject } from '../src/domain/finding.ts';
import { EVIDENCE_EVENTS_MAX, EVIDENCE_VALUES_MAX } from '../src/domain/limits.ts';
import type { Policy } from '../src/domain/policy.ts';
import { principalLabel } from '../src/domain/principal.ts';
import { refLabel } from '../src/domain/token.ts';

export function tokenSubject(token: TokenView): Subject {
  return { kind: 'token', key: token.key, label: refLabel(token.ref) };
}

export function chainSubject(chain: ChainView): Subject {
  const label = chain.rootToken === undefined ? chain.id : refLabel(chain.rootToken.ref);
  return { kind: 'chain', key: chain.rootKey, label };
}

/** Who holds a token, for people: its actor, else its subject, else its client. */
export function holderOf(token: TokenView): string {
  const holder = token.actor ?? token.subject;
  return holder === undefined ? (token.client ?? 'An unknown holder') : principalLabel(holder);
}

/** Who acted, for people. */
export function actorOf(action: ActionView, token: TokenView): string {
  return action.actor === undefined ? holderOf(token) : principalLabel(action.actor);
}

/** What an action did, for people: the grant it needed says it best. */
export function deedOf(action: ActionView): string {
  return action.needs ?? action.action;
}

/** Nobody reported a refusal, so the target has to be taken to have obeyed. */
export function wentThrough(action: ActionView): boolean {
  return action.outcome === 'accepted' || action.outcome === 'unknown';
}

/** The first values in order, for evidence; findings compare equal whatever the order of arrival. */
export function sample(values: readonly string[]): readonly string[] {
  return values.toSorted((a, b) => (a < b ? -1 : Number(a > b))).slice(0, EVIDENCE_VALUES_MAX);
}

/** Distinct event ids, the most telling list first, bounded. */
export function eventIds(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].slice(0, EVIDENCE_EVENTS_MAX);
}

/** An instant as people read it. */
export function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The policy's clocks in milliseconds. */
export function clocksOf(policy: Policy): {
  skewMs: number;
  latenessMs: number;
  propagationMs: number;
  silenceMs: number;
} {
  const { skewSeconds, latenessSeconds, revocationPropagationSeconds } = policy.clocks;
  return {
    skewMs: skewSeconds * 1000,
    latenessMs: latenessSeconds * 1000,
    propagationMs: revocationPropagationSeconds * 1000,
    silenceMs: policy.expects.silenceSeconds * 1000,
  };
}
