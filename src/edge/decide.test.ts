import { describe, expect, it } from 'vitest';
import type { DenyRow } from '../domain/deny-list.ts';
import type { Asking, Foresight, Objection, StepData, StepDecision, StepQuestion } from '../domain/step.ts';
import { EvaluationConfig } from './config.ts';
import { createStepDecisions } from './decide.ts';
import { createAlertLives } from './lives.ts';

const data: StepData = {
  ...{ type: 'api.called', v: 1, actor: { id: 'bot', kind: 'agent' }, action: 'write' },
  ...{ target: { system: 'crm', resource: 'orders/7' }, token: { iss: 'https://as.example', jti: 'a' } },
};
const question: StepQuestion = { tenant: 'acme', atMs: 1, data };
const nothing: Foresight = { known: true, chainId: 'chn_1', objections: [], failed: [] };
const alert: Objection = {
  ...{ code: 'standing-alert', severity: 'high', says: 'it did', firm: true, key: 'tok:a' },
  ...{ detector: 'scope-creep', fact: 'hop-drift', alertId: 'alr_1' },
};
const doubt: Objection = { ...alert, code: 'would-alert', firm: false, alertId: 'alr_2' };

interface Setting {
  readonly config?: unknown;
  readonly denied?: DenyRow;
  readonly foresee?: (asking: Asking) => Foresight;
  readonly closed?: ReadonlySet<string>;
  readonly storeAway?: boolean;
}

function harness({ config = {}, denied, foresee = () => nothing, closed, storeAway }: Setting) {
  const state = { nowMs: 0, reads: 0 };
  const told: StepDecision[] = [];
  const errors: unknown[] = [];
  const lives = createAlertLives({
    async read(_, id) {
      state.reads += 1;
      if (storeAway === true) throw new Error('away');
      // As much of an alert as is looked at.
      return { state: closed?.has(id) === true ? 'closed' : 'open' } as never;
    },
    now: () => state.nowMs,
    sleep: async () => undefined,
  });
  const steps = createStepDecisions({
    engine: { foresee: (_, asking) => foresee(asking as Asking) },
    denyList: { find: () => denied },
    lives,
    config: EvaluationConfig.parse(config),
    now: () => state.nowMs,
    observer: { decided: (_, decision) => told.push(decision), failed: (error) => errors.push(error) },
  });
  return { state, told, errors, decide: () => steps.decide(question) };
}

const unknown: Foresight = { ...nothing, known: false, chainId: undefined };
const saying =
  (...objections: Objection[]) =>
  ({ isClosed }: Asking): Foresight => ({
    ...nothing,
    objections: objections.filter(({ alertId = '' }) => !isClosed(alertId)),
  });

describe('a decision about a step', () => {
  it('allows what nothing speaks against, and is told', async () => {
    const { decide, told } = harness({});
    const decision = await decide();
    expect(decision).toEqual({ allowed: true, reason: 'clear', chainId: 'chn_1', objections: [] });
    expect(told).toEqual([decision]);
  });

  it('refuses what stands on the deny list, although nothing else is known of it', async () => {
    const denied = { tenant: 'acme', key: 'tok:a', ref: { iss: 'i', jti: 'a' }, untilMs: null };
    const row: DenyRow = { ...denied, version: 1, atMs: 1, removed: false };
    const { decide } = harness({ denied: row, foresee: () => unknown });
    expect(await decide()).toMatchObject({ allowed: false, reason: 'denied' });
  });

  it('refuses for a firm reason', async () => {
    expect(await harness({ foresee: saying(alert) }).decide()).toMatchObject({
      ...{ allowed: false, reason: 'standing-alert', chainId: 'chn_1' },
      objections: [{ detector: 'scope-creep' }],
    });
  });

  it('lets a doubt pass unless the target is not to have any', async () => {
    expect(await harness({ foresee: saying(doubt) }).decide()).toMatchObject({
      allowed: true,
      reason: 'doubt',
    });
    const strict = { targets: [{ match: ['crm/orders/*'], onDoubt: 'deny' }] };
    expect(await harness({ config: strict, foresee: saying(doubt) }).decide()).toMatchObject({
      ...{ allowed: false, reason: 'doubt' },
    });
  });

  it.each([
    ['allow', {}],
    ['deny', { onUnknown: 'deny' }],
    ['deny', { targets: [{ match: ['crm:write'], onUnknown: 'deny' }] }],
    ['allow', { targets: [{ match: ['mail'], onUnknown: 'deny' }] }],
    ['allow', { onUnknown: 'deny', targets: [{ match: ['crm'], onUnknown: 'allow' }] }],
    [
      'deny',
      {
        targets: [
          { match: ['crm'], onUnknown: 'deny' },
          { match: ['*'], onUnknown: 'allow' },
        ],
      },
    ],
  ])('of what nobody knows is to %s by %j', async (verdict, config) => {
    expect(await harness({ config, foresee: () => unknown }).decide()).toMatchObject({
      ...{ allowed: verdict === 'allow', reason: 'unknown' },
    });
  });

  it('asks for as much severity as the target does', async () => {
    const asked: string[] = [];
    const foresee = ({ minSeverity }: Asking) => {
      asked.push(minSeverity);
      return nothing;
    };
    await harness({ foresee }).decide();
    await harness({ foresee, config: { targets: [{ match: ['crm'], minSeverity: 'low' }] } }).decide();
    expect(asked).toEqual(['high', 'low']);
  });

  it('fails as the target wants it when time is up', async () => {
    const setting = (onUnknown: string) => {
      const bench = harness({
        config: { onUnknown, budgetMs: 5 },
        foresee({ isLate }) {
          expect(isLate()).toBe(false);
          bench.state.nowMs += 5;
          expect(isLate()).toBe(true);
          return nothing;
        },
      });
      return bench;
    };
    expect(await setting('allow').decide()).toMatchObject({ allowed: true, reason: 'late' });
    expect(await setting('deny').decide()).toMatchObject({ allowed: false, reason: 'late' });
  });

  it('fails as the target wants it when a detector or the engine throws', async () => {
    const broken = { ...nothing, failed: ['scope-creep'] };
    expect(await harness({ foresee: () => broken }).decide()).toMatchObject({
      allowed: true,
      reason: 'failed',
    });
    const { decide, errors } = harness({
      config: { onUnknown: 'deny' },
      foresee() {
        throw new Error('broken');
      },
    });
    expect(await decide()).toMatchObject({ allowed: false, reason: 'failed' });
    expect(errors).toHaveLength(1);
  });

  it('goes by what people decided: a closed alert stops nothing, and what it hid is looked for', async () => {
    const hidden: Objection = { ...alert, detector: 'task-boundary', alertId: 'alr_3' };
    const foresee = ({ isClosed }: Asking): Foresight => ({
      ...nothing,
      objections: isClosed('alr_1') ? [hidden] : [alert],
    });
    const half = harness({ foresee, closed: new Set(['alr_1']) });
    expect(await half.decide()).toMatchObject({
      allowed: false,
      objections: [{ detector: 'task-boundary' }],
    });
    const whole = harness({ foresee: saying(alert), closed: new Set(['alr_1']) });
    expect(await whole.decide()).toMatchObject({ allowed: true, reason: 'clear' });
  });

  it('asks the store once for many steps, and again after a while', async () => {
    const { state, decide } = harness({ foresee: saying(alert) });
    for (let i = 0; i < 10; i += 1) await decide();
    expect(state.reads).toBe(1);
    state.nowMs = 60_000;
    await decide();
    expect(state.reads).toBe(2);
  });

  it('refuses while the store cannot say what people decided', async () => {
    const { decide } = harness({ foresee: saying(alert), storeAway: true });
    expect(await decide()).toMatchObject({ allowed: false, reason: 'standing-alert' });
  });
});
