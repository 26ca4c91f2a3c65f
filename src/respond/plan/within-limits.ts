import { isInWindows } from '../../domain/policy/primitives.ts';
import { matchesAny, type Policy } from '../../domain/policy.ts';
import { principalIdIn } from '../../domain/principal.ts';
import type { PlanStep } from '../../domain/response.ts';
import { type Bound, proposed } from './bounds.ts';
import type { ResponseLimits, Usage } from './limits.ts';

/** By this name policy excepts us from a change freeze. */
const OWN_NAME = 'chainwarden';

export interface Span {
  readonly limits: ResponseLimits;
  readonly usage: Usage;
  readonly policy: Policy;
  readonly nowMs: number;
}

/** Every limit that carrying out these steps now would pass. */
export function beyondLimits(steps: readonly PlanStep[], span: Span): readonly Bound[] {
  return [
    ...size(steps, span),
    ...share(steps, span),
    ...holders(steps, span),
    ...coolDown(steps, span),
    ...breaker(span),
    ...calendar(steps, span),
  ];
}

function size(steps: readonly PlanStep[], { limits, usage }: Span): Bound[] {
  const found: Bound[] = [];
  const count = steps.length;
  if (count > limits.perAction) {
    found.push(proposed(`it takes ${count} targets; at most ${limits.perAction} go without a person`));
  }
  const inChain = usage.takenInChain + count;
  if (inChain > limits.perChain) {
    found.push(
      proposed(
        `${inChain} targets of this chain would have gone within ${spanOf(limits.windowSeconds)}; at most ${limits.perChain} do without a person`,
      ),
    );
  }
  return found;
}

function share(steps: readonly PlanStep[], { limits, usage }: Span): Bound[] {
  const { percent, seconds, floor } = limits.share;
  const most = Math.max(floor, Math.floor(((usage.liveTokens ?? 0) * percent) / 100));
  const count = usage.takenInTenant + steps.length;
  if (count <= most) return [];
  const of = usage.liveTokens === undefined ? 'an unknown number of' : String(usage.liveTokens);
  return [
    proposed(
      `${count} of ${of} live tokens would have gone within ${spanOf(seconds)}; at most ${most} do without a person`,
    ),
  ];
}

function holders(steps: readonly PlanStep[], { limits, usage }: Span): Bound[] {
  const here = new Map<string, number>();
  for (const { holder } of steps) if (holder !== undefined) here.set(holder, (here.get(holder) ?? 0) + 1);
  const found: Bound[] = [];
  if (here.size > limits.principalsPerAction) {
    found.push(
      proposed(
        `it takes tokens of ${here.size} principals; at most ${limits.principalsPerAction} lose some without a person`,
      ),
    );
  }
  const all = new Set([...usage.takenByHolder.keys(), ...here.keys()]);
  if (all.size > limits.principals) {
    found.push(
      proposed(
        `${all.size} principals would have lost something within ${spanOf(limits.windowSeconds)}; at most ${limits.principals} do without a person`,
      ),
    );
  }
  for (const [holder, count] of here) {
    const sum = count + (usage.takenByHolder.get(holder) ?? 0);
    if (sum <= limits.perPrincipal) continue;
    found.push(
      proposed(
        `${sum} targets of ${principalIdIn(holder)} would have gone within ${spanOf(limits.windowSeconds)}; at most ${limits.perPrincipal} do without a person`,
      ),
    );
  }
  return found;
}

/** A person who gave something back has just said that taking it was wrong. */
function coolDown(steps: readonly PlanStep[], { limits, usage, nowMs }: Span): Bound[] {
  const sinceMs = nowMs - limits.coolDownSeconds * 1000;
  const isRecent = (atMs: number | undefined) => atMs !== undefined && atMs > sinceMs;
  const ago = (what: string) => proposed(`${what} less than ${spanOf(limits.coolDownSeconds)} ago`);
  const back = steps.find(({ target }) => isRecent(usage.undoneMs.get(target.key)));
  if (back !== undefined) return [ago(`${back.label} was given back`)];
  if (isRecent(usage.chainUndoneMs)) return [ago('something of this chain was given back')];
  const again = steps.find(({ target }) => isRecent(usage.subjectTakenMs.get(target.key)));
  return again === undefined ? [] : [ago(`${again.label} was taken`)];
}

function breaker({ limits: { breaker: limit }, usage }: Span): Bound[] {
  const found: Bound[] = [];
  if (usage.plansActed >= limit.actions) {
    found.push(
      proposed(
        `the circuit breaker is open: ${usage.plansActed} plans were carried out within ${spanOf(limit.seconds)}`,
      ),
    );
  }
  const settled = usage.ended + usage.failed;
  if (settled >= limit.failuresMin && usage.failed / settled >= limit.failures) {
    found.push(
      proposed(
        `the circuit breaker is open: ${usage.failed} of ${settled} revocations within ${spanOf(limit.seconds)} came to nothing`,
      ),
    );
  }
  return found;
}

/** Freezes of policy, and windows of the configuration. A step that is in no known environment may be in any. */
function calendar(steps: readonly PlanStep[], { limits, policy, nowMs }: Span): Bound[] {
  const hits = (patterns: readonly string[]) =>
    steps.some(({ environment }) => environment === undefined || matchesAny(patterns, environment));
  const frozen = policy.changeFreezes.some(
    ({ environments: patterns, during, except }) =>
      hits(patterns) &&
      !matchesAny(except, OWN_NAME) &&
      Date.parse(during.from) <= nowMs &&
      nowMs < Date.parse(during.to),
  );
  const closed = limits.changeWindows.some(
    ({ environments: patterns, windows }) => hits(patterns) && !isInWindows(windows, nowMs),
  );
  return [
    ...(frozen ? [proposed('changes are frozen where it would take effect')] : []),
    ...(closed ? [proposed('it is outside the hours in which something is taken without a person')] : []),
  ];
}

function spanOf(seconds: number): string {
  if (seconds % 3_600 === 0) return seconds === 3_600 ? 'an hour' : `${seconds / 3_600} hours`;
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}
