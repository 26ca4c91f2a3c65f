import { describe, expect, it } from 'vitest';
import {
  canBeUndone,
  decisionForms,
  isPending,
  type PlanDetail,
  planBody,
  type ShownResponse,
} from './plan.ts';
import { phaseOf, timesOf } from './response.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);
const at = (seconds: number) => new Date(nowMs + seconds * 1_000).toISOString();
const hostile = '<img src=x onerror=alert(1)>';

const response: ShownResponse = {
  ...{ id: 'rsp_1', planId: 'pln_1', step: 0, action: 'token.revoke', mode: 'real', state: 'proposed' },
  ...{ attempt: 0, at: at(0), confirms: 'introspection', requestedBy: 'chainwarden', approvedBy: [] },
  ...{ causedAt: at(-10), target: { kind: 'token', label: hostile } },
};
const detail: PlanDetail = {
  plan: {
    ...{
      id: 'pln_1',
      digest: 'd'.repeat(64),
      because: {},
      madeAt: at(-5),
      expiresAt: at(600),
      dryRun: false,
    },
    ...{ verdict: 'propose', reasons: [hostile], approvals: 2 },
    steps: [
      {
        ...{ responseId: 'rsp_1', action: 'token.revoke', target: response.target, label: hostile },
        ...{ role: 'source', depth: 0, residualUntil: null },
      },
    ],
    survivors: [{ key: 'k', label: hostile, until: at(60), reason: 'still vouched for' }],
  },
  decisions: [],
  responses: [response],
};
const reader = (role: 'analyst' | 'responder', name = 'ann') => ({
  ...{ who: { name, role, tenant: 't' }, nowMs, url: new URL('http://c/responses') },
  may: (access: string) => access !== 'administer' && (role === 'responder' || access !== 'respond'),
});

describe('who is offered to decide', () => {
  const shown = (role: 'analyst' | 'responder', over: Partial<PlanDetail> = {}) =>
    String(decisionForms({ ...detail, ...over }, reader(role)));

  it('is a responder, bound to the plan as it is shown', () => {
    expect(shown('analyst')).not.toContain('<form');
    expect(shown('responder')).toContain('action="/plans/pln_1/approve"');
    expect(shown('responder')).toContain(`value="${detail.plan.digest}"`);
    expect(shown('responder')).toContain('action="/plans/pln_1/deny"');
  });

  it('is nobody for what they asked for, or have approved: they may still deny it', () => {
    const own = { plan: { ...detail.plan, because: { by: 'ann' } } };
    const said = { decisions: [{ at: at(0), by: 'ann', verb: 'approve' as const }] };
    for (const over of [own, said]) {
      expect(shown('responder', over)).not.toContain('/approve"');
      expect(shown('responder', over)).toContain('/deny"');
    }
  });

  it('is nobody once it is over or decided', () => {
    expect(isPending(detail, nowMs)).toBe(true);
    expect(isPending(detail, nowMs + 600_001)).toBe(false);
    expect(isPending({ ...detail, responses: [{ ...response, state: 'denied' }] }, nowMs)).toBe(false);
    expect(decisionForms({ ...detail, responses: [] }, reader('responder'))).toBeUndefined();
  });
});

it('shows what would end and what stays alive, escaped', () => {
  const shown = String(planBody(detail, nowMs));
  expect(shown).not.toContain('<img');
  expect(shown).toContain('1 revocation');
  expect(shown).toContain('never ends by itself');
  expect(shown).toContain('Left alive: 1 credential');
  expect(shown).toContain('nothing that could');
});

it('gives back only what was really taken, by what can', () => {
  expect(canBeUndone({ ...response, state: 'confirmed' }, true)).toBe(true);
  expect(canBeUndone({ ...response, state: 'confirmed' }, false)).toBe(false);
  expect(canBeUndone({ ...response, state: 'confirmed', mode: 'dry_run' }, true)).toBe(false);
  expect(canBeUndone(response, true)).toBe(false);
  expect(canBeUndone({ ...response, action: 'undo' }, false)).toBe(true);
});

it.each([
  [{ state: 'proposed' }, 'waiting'],
  [{ state: 'requested' }, 'under way'],
  [{ state: 'requested', mode: 'dry_run' }, 'done'],
  [{ state: 'accepted' }, 'under way'],
  [{ state: 'accepted', confirms: 'none' }, 'done'],
  [{ state: 'unconfirmed' }, 'unconfirmed'],
  [{ state: 'failed' }, 'failed'],
  [{ state: 'confirmed' }, 'done'],
] as const)('%j is %s', (over, phase) => {
  expect(phaseOf({ ...response, ...over })).toBe(phase);
});

it('tells how long it took to try and to prove', () => {
  const tried = { ...response, firstAttemptAt: at(-8), acceptedAt: at(-7) };
  expect(timesOf(response)).toEqual({ toAttemptMs: undefined, toProofMs: undefined });
  expect(timesOf({ ...tried, state: 'accepted' })).toEqual({ toAttemptMs: 2_000, toProofMs: undefined });
  expect(timesOf({ ...tried, state: 'confirmed', at: at(-4) })).toEqual({
    toAttemptMs: 2_000,
    toProofMs: 3_000,
  });
});
