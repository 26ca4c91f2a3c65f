import type { ActionView } from '../src/domain/chain.ts';
import { effectOf } from '../src/domain/effect.ts';
import type { Effect } from '../src/domain/event/index.ts';
import type { Json, Severity, Subject } from '../src/domain/finding.ts';
import type { ActionLabel } from '../src/domain/policy/actions.ts';
import { matchesAny, type Policy } from '../src/domain/policy.ts';
import { principalKey, principalLabel } from '../src/domain/principal.ts';
import { targetKey } from '../src/domain/target.ts';
import { deedOf, instant, tokenSubject, wentThrough } from './evidence.ts';

/** What policy's patterns over actions are compared with: `tool:<name>` or `<system>:<action>`. */
export function nameOf(action: ActionView): string | undefined {
  if (action.needs !== undefined) return action.needs;
  return action.target === undefined ? undefined : `${action.target.system}:${action.action}`;
}

/** True when policy's patterns over actions name it; what has no name is named by none. */
export function isNamedBy(globs: readonly string[], action: ActionView): boolean {
  if (globs.length === 0) return false;
  const name = nameOf(action);
  return name !== undefined && matchesAny(globs, name);
}

/** What it reached, for people and for comparison: the system, and the resource where one is told. */
export function placeOf({ target }: ActionView): string | undefined {
  return targetKey(target);
}

/** Policy's patterns over targets cover `<system>` or `<system>/<resource>`. */
export function isSensitive(action: ActionView, policy: Policy): boolean {
  const globs = policy.sensitive.targets;
  const place = placeOf(action);
  if (globs.length === 0 || place === undefined) return false;
  return matchesAny(globs, place) || matchesAny(globs, action.target?.system ?? place);
}

export function effectIn(action: ActionView, policy: Policy): Effect {
  return effectOf(action.effect, action.needs, action.action, policy);
}

/** What every finding that a call shows says of the call. */
export function deedEvidence(action: ActionView, policy: Policy): { readonly [key: string]: Json } {
  const { outcome } = action;
  return { action: deedOf(action), effect: effectIn(action, policy), outcome, usedAt: instant(action.atMs) };
}

/** The same under the names by which policy knows call and target. */
export function namedEvidence(action: ActionView, policy: Policy): { readonly [key: string]: Json } {
  const named = { action: nameOf(action) ?? action.action, target: placeOf(action) ?? null };
  return { ...deedEvidence(action, policy), ...named };
}

/** Every row of the catalogue that fits counts. */
export function labelsOf(action: ActionView, policy: Policy): ReadonlySet<ActionLabel> {
  return new Set(policy.labels.flatMap((row) => (isNamedBy(row.actions, action) ? row.labels : [])));
}

/** It went through, and not because the platform itself did it: only that may page. */
export function tookEffect(action: ActionView): boolean {
  return wentThrough(action) && !action.platform;
}

/** What cannot be undone, changes who may do what, or meets a sensitive target weighs most. */
export function severityOfDeed(action: ActionView, policy: Policy): Severity {
  const effect = effectIn(action, policy);
  if (effect === 'admin' || effect === 'delete') return 'critical';
  return effect !== 'read' && isSensitive(action, policy) ? 'critical' : 'high';
}

/** The credential that it used, else whoever did it, else the system that tells of it. */
export function doerOf(action: ActionView): Subject {
  if (action.token !== undefined) return tokenSubject(action.token);
  if (action.actor !== undefined) {
    return { kind: 'principal', key: principalKey(action.actor), label: principalLabel(action.actor) };
  }
  const system = action.target?.system ?? action.tool?.server ?? 'unknown';
  return { kind: 'source', key: `system:${system}`, label: system };
}

/** Who did it, for people: whoever acted, else whoever holds the credential, else the system that tells of it. */
export function whoDid(action: ActionView): string {
  const { actor, token } = action;
  const principal = actor ?? token?.actor ?? token?.subject;
  return principal === undefined ? doerOf(action).label : principalLabel(principal);
}

/** A number, or text that holds nothing but one; anything else cannot be compared. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
