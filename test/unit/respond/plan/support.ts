import type { Principal, TokenRef } from '../../../../src/domain/event/index.ts';
import type { RevocationWish } from '../../../../src/domain/notice.ts';
import { defaultPolicy, Policy } from '../../../../src/domain/policy.ts';
import type { Lineage, LineageToken } from '../../../../src/domain/reach.ts';
import type { PlanTrigger, ResponseTarget } from '../../../../src/domain/response.ts';
import { refKey } from '../../../../src/domain/token.ts';
import {
  type Cascade,
  type CascadeInput,
  type JudgeContext,
  noUsage,
  type PlanningConnector,
  planCascade,
  ResponseLimits,
} from '../../../../src/respond/plan/index.ts';

export const nowMs = Date.UTC(2026, 5, 1, 12);
export const iss = 'https://idp.example';
export const alice: Principal = { id: 'user:alice', kind: 'human' };
export const planner: Principal = { id: 'agent:planner', kind: 'agent' };
export const worker: Principal = { id: 'agent:worker', kind: 'agent' };

export function ref(jti: string): TokenRef {
  return { iss, jti };
}

export function keyOf(jti: string): string {
  return refKey(ref(jti));
}

type Link = string | { jti: string; level: 1 | 2 | 3 | 4 | 5 | 6 };

/** A token an hour from its end, made by an issuer from those that it names. */
export function token(
  jti: string,
  from: readonly Link[] = [],
  over: Partial<LineageToken> = {},
): LineageToken {
  return {
    key: keyOf(jti),
    ref: ref(jti),
    label: jti,
    tokenKind: 'access_token',
    chainId: 'chn_1',
    parents: from.map((link) =>
      typeof link === 'string' ? { key: keyOf(link), level: 1 } : { key: keyOf(link.jti), level: link.level },
    ),
    family: undefined,
    session: undefined,
    holder: worker,
    subject: alice,
    environment: undefined,
    standing: false,
    issuedMs: nowMs - 60_000,
    expiresMs: nowMs + 3_600_000,
    revokedMs: undefined,
    lastUsedMs: undefined,
    ...over,
  };
}

/** Alice signed in, and an agent got a token with that: what most chains begin with. */
export const signIn = token('sign-in', [], { holder: alice, issuedMs: nowMs - 600_000 });
export const first = token('first', ['sign-in'], { holder: planner, issuedMs: nowMs - 500_000 });

export const bad = token('bad', ['first']);

export function lineageOf(tokens: readonly LineageToken[], isCut = false): Lineage {
  return { tenant: 'acme', tokens, isCut };
}

export function connector(
  kinds: readonly ResponseTarget['kind'][] = ['token', 'family', 'subject'],
  over: Partial<PlanningConnector['declaration']> = {},
): PlanningConnector {
  return {
    declaration: {
      name: 'ops',
      kind: 'webhook',
      ends: 'All of it.',
      leaves: 'What nobody tells.',
      confirms: 'callback',
      undoes: false,
      ...over,
    },
    handles: ({ kind }) => kinds.includes(kind),
  };
}

export function alertTrigger(detector = 'scope-creep', fact = 'hop-drift'): PlanTrigger {
  return { kind: 'alert', alertId: 'alr_1', detector, fact, severity: 'critical' };
}

export function personTrigger(by = 'bob'): PlanTrigger {
  return { kind: 'person', by, reason: 'it looks wrong' };
}

/** A cascade from the token of that name. */
export function cascadeFrom(jti: string, tokens: readonly LineageToken[], over: Partial<CascadeInput> = {}) {
  return planCascade({
    tenant: 'acme',
    trigger: alertTrigger(),
    source: { kind: 'token', ref: ref(jti) },
    lineage: lineageOf(tokens),
    connectors: [connector()],
    policy: defaultPolicy,
    nowMs,
    ...over,
  });
}

export function wish(over: Partial<Omit<RevocationWish, 'alert'>> = {}, alert: object = {}): RevocationWish {
  return {
    alert: {
      id: 'alr_1',
      tenant: 'acme',
      kind: 'alert',
      basis: 'deterministic',
      settled: true,
      ...alert,
    } as RevocationWish['alert'],
    fact: 'hop-drift',
    severity: 'critical',
    target: ref('bad'),
    liveUntilMs: nowMs + 3_600_000,
    linkLevel: 1,
    revocable: true,
    ...over,
  };
}

export function limits(over: object = {}): ResponseLimits {
  return ResponseLimits.parse(over);
}

/** Everything allows it: what a test takes away is what it is about. */
export function contextOf(over: Partial<JudgeContext> = {}): JudgeContext {
  return {
    config: { dryRun: false, minSeverity: 'high', killSwitch: false, approvalMinutes: 60, limits: limits() },
    mode: 'auto',
    policy: defaultPolicy,
    usage: { ...noUsage, liveTokens: 10_000 },
    nowMs,
    imported: false,
    wish: wish(),
    chainId: 'chn_1',
    ...over,
  };
}

export function policyOf(over: object): Policy {
  return Policy.parse(over);
}

export function labels({ foreseen }: Cascade): string[] {
  return foreseen.map(({ step }) => step.label);
}

export function holds(cascade: Cascade): Record<string, readonly string[]> {
  return Object.fromEntries(cascade.foreseen.map(({ step, holds: why }) => [step.label, why]));
}

export function stays(cascade: Cascade): Record<string, string> {
  return Object.fromEntries(cascade.survivors.map(({ label, reason }) => [label, reason]));
}
