import { describe, expect, it } from 'vitest';
import { detectors } from '../../../../detectors/registry.ts';
import type { EventData, EventOf } from '../../../../src/domain/event/index.ts';
import { Policy } from '../../../../src/domain/policy.ts';
import type { LogRecord } from '../../../../src/domain/record.ts';
import type { Asking, Foresight, StepData } from '../../../../src/domain/step.ts';
import { createEngine } from '../../../../src/engine.ts';
import { admitted, START_MS } from '../worlds.ts';

const iss = 'https://as.example';
const human = { id: 'alice', kind: 'human' as const };
const agent = { id: 'bot', kind: 'agent' as const };
const seconds = START_MS / 1000;
const ref = (jti: string) => ({ iss, jti });

type Issued = EventOf<'token.issued'>;

const root = (over: Partial<Issued> = {}): Issued => ({
  ...{
    type: 'token.issued',
    v: 1,
    token: ref('root'),
    tokenKind: 'access_token',
    grant: 'authorization_code',
  },
  ...{ subject: human, actor: agent, scope: ['crm:read'], iat: seconds, exp: seconds + 3_600 },
  ...over,
});

const child = (jti: string, over: Partial<EventOf<'token.exchanged'>> = {}): EventOf<'token.exchanged'> => ({
  ...{ type: 'token.exchanged', v: 1, token: ref(jti), tokenKind: 'access_token', grant: 'token-exchange' },
  ...{ subject: human, actor: agent, scope: ['crm:read'], iat: seconds + 1, exp: seconds + 3_000 },
  ...{ parents: [ref('root')], ...over },
});

const step = (over: Partial<EventOf<'api.called'>> = {}): StepData => ({
  ...{
    type: 'api.called',
    v: 1,
    actor: agent,
    outcome: 'success',
    action: 'read',
    target: { system: 'crm' },
  },
  ...over,
});

/** An engine that has heard this, in the given order; `unbound` from a publisher that does not speak for the issuer. */
function heard(
  data: readonly EventData[],
  options: { policy?: unknown; unbound?: readonly EventData[]; settle?: boolean } = {},
) {
  const policy = Policy.parse(options.policy ?? {});
  const engine = createEngine({ detectors, policy });
  const { unbound = [] } = options;
  const records = [...data, ...unbound].map((each, index): LogRecord => {
    const at = { id: `e${index}`, atMs: START_MS + 1_000 * (index + 1) };
    return {
      kind: 'event',
      seq: index + 1,
      event: admitted(each, { ...at, bound: !unbound.includes(each) }),
    };
  });
  engine.apply(records);
  if (options.settle === true)
    engine.apply([{ kind: 'watermark', seq: records.length + 1, watermarkMs: START_MS + 1_000_000 }]);
  const ask = (question: StepData, asking: Partial<Asking> & { atMs?: number } = {}): Foresight => {
    const { atMs = START_MS + 60_000, ...rest } = asking;
    const whole = { minSeverity: 'high' as const, isLate: () => false, isClosed: () => false, ...rest };
    return engine.foresee({ tenant: 'acme', atMs, data: question }, whole);
  };
  return { engine, ask };
}

const codes = ({ objections }: Foresight) =>
  objections.map(({ code, detector, firm }) => [code, ...(detector === undefined ? [] : [detector]), firm]);

describe('a step', () => {
  it('that nothing speaks against meets no objection', () => {
    const { ask } = heard([root(), child('a')]);
    const seen = ask(step({ token: ref('a') }));
    expect(seen).toMatchObject({ known: true, objections: [], failed: [] });
    expect(seen.chainId).toMatch(/^chn_/);
  });

  it('with a credential that nobody has heard of is unknown', () => {
    const { ask } = heard([root()]);
    expect(ask(step({ token: ref('forged') }))).toMatchObject({ known: false, objections: [] });
    expect(ask(step())).toMatchObject({ known: false });
  });

  it('of a tenant that nobody has heard of is unknown, and leaves it so', () => {
    const { engine } = heard([root()]);
    const before = engine.takeState(9);
    const question = { tenant: 'rival', atMs: START_MS, data: step({ token: ref('root') }) };
    expect(engine.foresee(question)).toMatchObject({ known: false, objections: [] });
    expect(engine.takeState(9)).toEqual(engine.takeState(9));
    expect(before.every(({ key }) => !key.includes('rival'))).toBe(true);
  });

  it('with a revoked credential is refused at once, before resource servers must have heard', () => {
    const { ask } = heard([root(), { type: 'token.revoked', v: 1, token: ref('root'), reason: 'logout' }]);
    expect(codes(ask(step({ token: ref('root') }), { atMs: START_MS + 3_000 }))).toEqual([['revoked', true]]);
  });

  it('with what was made of a credential that was taken away is refused', () => {
    const { ask } = heard([
      root(),
      child('a'),
      { type: 'token.revoked', v: 1, token: ref('root'), reason: 'compromise', by: 'security' },
    ]);
    const seen = ask(step({ token: ref('a') }), { atMs: START_MS + 120_000 });
    expect(codes(seen)).toEqual([['would-alert', 'reuse-after-expiry', true]]);
    expect(seen.objections[0]?.fact).toBe('ancestor-revoked');
  });

  it('goes on with what was made of a refresh token that was only replaced', () => {
    const { ask } = heard([
      root(),
      child('a'),
      { type: 'token.revoked', v: 1, token: ref('root'), reason: 'rotated' },
    ]);
    expect(ask(step({ token: ref('a') })).objections).toEqual([]);
  });

  it('with an expired credential is refused, clocks considered', () => {
    const { ask } = heard([root()]);
    const ends = START_MS + 3_600_000;
    expect(ask(step({ token: ref('root') }), { atMs: ends + 59_000 }).objections).toEqual([]);
    expect(codes(ask(step({ token: ref('root') }), { atMs: ends + 61_000 }))).toEqual([['expired', true]]);
  });

  it('below an alert is refused; beside it, it is not', () => {
    // The child got more than its parent held: found without any use.
    const { ask } = heard([root(), child('broad', { scope: ['crm:read', 'crm:admin'] }), child('sibling')], {
      settle: true,
    });
    const seen = ask(step({ token: ref('broad') }));
    expect(codes(seen)[0]).toEqual(['standing-alert', 'scope-creep', true]);
    expect(seen.objections[0]?.alertId).toMatch(/^alr_/);
    expect(ask(step({ token: ref('sibling') })).objections).toEqual([]);
    expect(ask(step({ token: ref('root') })).objections).toEqual([]);
  });

  it('that a grandchild takes is below the alert, too', () => {
    const { ask } = heard(
      [
        root(),
        child('broad', { scope: ['crm:read', 'crm:admin'] }),
        child('grandchild', { parents: [ref('broad')], scope: ['crm:read'] }),
      ],
      { settle: true },
    );
    expect(codes(ask(step({ token: ref('grandchild') })))[0]).toEqual([
      'standing-alert',
      'scope-creep',
      true,
    ]);
  });

  it('over a link that is only asserted meets a doubt, no fact', () => {
    const { ask } = heard([root(), child('broad', { scope: ['crm:read', 'crm:admin'] })], {
      unbound: [child('claimed', { parents: [ref('broad')] })],
      settle: true,
    });
    const seen = ask(step({ token: ref('claimed') }));
    expect(seen.objections[0]).toMatchObject({ code: 'standing-alert', level: 4, firm: false });
    expect(seen.objections.every(({ firm }) => !firm)).toBe(true);
  });

  it('beyond the scope of its credential is foreseen', () => {
    const { ask } = heard([root(), child('a')]);
    const seen = ask(step({ token: ref('a'), action: 'write', effect: 'write' }));
    expect(codes(seen)).toContainEqual(['would-alert', 'scope-creep', true]);
  });

  it('that closed alerts speak against is not refused for their sake', () => {
    const { ask } = heard([root(), child('a')]);
    const write = step({ token: ref('a'), action: 'write', effect: 'write' });
    const closed = new Set(ask(write).objections.map(({ alertId }) => alertId));
    expect(ask(write, { isClosed: (id) => closed.has(id) }).objections).toEqual([]);
  });

  it('that an exception of policy is for is not refused', () => {
    const over = (match: string) => ({
      exceptions: [
        {
          ...{
            id: 'known',
            detector: 'scope-creep',
            scope: { target: match },
            reason: 'planned',
            ticket: 'T-1',
          },
          ...{ owner: 'crm team', expires: '2100-01-01T00:00:00Z' },
        },
      ],
    });
    const write = step({ token: ref('a'), action: 'write', effect: 'write' });
    const quiet = (match: string) =>
      heard([root(), child('a')], { policy: over(match) }).ask(write).objections;
    expect(quiet('crm').filter(({ detector }) => detector === 'scope-creep')).toEqual([]);
    expect(quiet('mail').filter(({ detector }) => detector === 'scope-creep')).not.toEqual([]);
  });

  it('is not stopped by a detector in shadow', () => {
    const policy = { detectors: { 'scope-creep': { mode: 'shadow' } } };
    const { ask } = heard([root(), child('a')], { policy });
    expect(codes(ask(step({ token: ref('a'), action: 'write', effect: 'write' })))).not.toContainEqual([
      'would-alert',
      'scope-creep',
      true,
    ]);
  });

  it('that uses an approval once too often is foreseen by what it would add to the chain', () => {
    const granted: EventData = {
      ...{
        type: 'approval.granted',
        v: 1,
        approvalId: 'apr',
        txn: 'x',
        approver: { id: 'boss', kind: 'human' },
      },
      ...{ binds: [{ action: 'crm:delete' }], maxUses: 1 },
    } as EventOf<'approval.granted'>;
    const use = step({
      ...{ token: ref('root'), action: 'delete', effect: 'delete', approvalId: 'apr', txn: 'x' },
    });
    const scope = ['crm:read', 'crm:delete'];
    const first = heard([root({ scope, txn: 'x' }), granted]);
    const misuse = (seen: Foresight) =>
      seen.objections.filter(({ detector }) => detector === 'approval-misuse');
    expect(misuse(first.ask(use))).toEqual([]);
    const second = heard([root({ scope, txn: 'x' }), granted, use]);
    expect(misuse(second.ask(use))).not.toEqual([]);
  });

  it('without time has facts for an answer, and nothing that detectors would say', () => {
    const { ask } = heard([root(), child('a'), { type: 'token.revoked', v: 1, token: ref('root') }]);
    const isLate = () => true;
    expect(ask(step({ token: ref('a'), action: 'write' }), { isLate }).objections).toEqual([]);
    expect(codes(ask(step({ token: ref('root') }), { isLate }))).toEqual([['revoked', true]]);
  });
});
