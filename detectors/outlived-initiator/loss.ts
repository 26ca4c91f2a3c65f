import type { IdentityChange, PeopleView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Json, Severity } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { clocksOf, instant } from '../evidence.ts';

/** A principal that had lost its authority, and to what. */
export interface Loss {
  readonly principal: Principal;
  readonly change: IdentityChange;
}

/** When something happened, and when the authority for it was given, as far as anybody said. */
export interface Moment {
  readonly atMs: number;
  readonly givenMs: number | undefined;
}

/**
 * The earliest change by which the principal had lost its authority at that moment and that nothing has made good
 * since. A change counts once everybody has heard of it; what makes it good counts at once.
 */
export function lossOf(
  principal: Principal | undefined,
  { atMs, givenMs }: Moment,
  people: PeopleView,
  policy: Policy,
): Loss | undefined {
  if (principal === undefined) return undefined;
  const { changes } = people.of(principal);
  if (changes.length === 0) return undefined;
  const { skewMs, propagationMs } = clocksOf(policy);
  const change = changes.find(
    (one) =>
      isLoss(one) &&
      one.atMs + propagationMs + skewMs <= atMs &&
      !changes.some((later) => later.atMs <= atMs + skewMs && makesGood(later, one, givenMs)),
  );
  return change === undefined ? undefined : { principal, change };
}

function isLoss({ change }: IdentityChange): boolean {
  return change === 'disabled' || change === 'offboarded' || change === 'compromised';
}

/** After a compromise only what was given anew is good: what was out before is out for ever. */
function makesGood(later: IdentityChange, loss: IdentityChange, givenMs: number | undefined): boolean {
  if (later.atMs < loss.atMs || later === loss) return false;
  if (loss.change !== 'compromised') return later.change === 'enabled';
  const isRecovery = later.change === 'credential-changed' || later.change === 'enabled';
  return isRecovery && (givenMs === undefined || givenMs >= later.atMs);
}

/** The fact's name: agents are one case, people and services that set chains in motion three. */
export function factOf({ change }: Loss, isAgent: boolean): string {
  if (isAgent) return 'agent-offboarded';
  if (change.change === 'compromised') return 'initiator-compromised';
  return change.change === 'offboarded' ? 'initiator-offboarded' : 'initiator-disabled';
}

export function lossEvidence({ principal, change }: Loss, atMs: number): { readonly [key: string]: Json } {
  return {
    principal: principal.id,
    change: change.change,
    changedAt: instant(change.atMs),
    lateBySeconds: (atMs - change.atMs) / 1000,
  };
}

/** Whoever took a principal over may be the one who acts. */
export function severityOfLoss({ change }: Loss, otherwise: Severity): Severity {
  return change.change === 'compromised' ? 'critical' : otherwise;
}

/** For people. */
export function stateOf({ change }: Loss): string {
  return change.change === 'compromised' ? 'was compromised' : `had been ${change.change}`;
}
