import { describe, expect, it } from 'vitest';
import type { ActionView } from '../src/domain/chain.ts';
import { action, chain, minuteMs, policy, startMs, token } from '../test/support/views.ts';
import { deedLabel, doerLabel, fold, type Offence, shownOf } from './offences.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

function offence(differs: Partial<Offence> = {}, seen: Partial<ActionView> = {}): Offence {
  const one = action({ eventIds: [`event-of-${seen.id ?? 'call-1'}`], ...seen });
  return {
    action: one,
    fact: 'wrong',
    kind: 'alert',
    severity: 'high',
    tell: () => ({ title: `told of ${one.id}`, evidence: { id: one.id }, because: ['because'] }),
    ...differs,
  };
}

const folded = (...offences: readonly Offence[]) => fold(chain({ rootKey: 'the chain' }), policy(), offences);

describe('folding offences', () => {
  it('lets the first speak, whatever the order, and counts the others', () => {
    const [a, b, c] = [
      offence({}, { id: 'a', atMs: at(3) }),
      offence({ severity: 'critical' }, { id: 'b', atMs: at(2), needs: 'tool:pay' }),
      offence({}, { id: 'c', atMs: at(2) }),
    ];
    const expected = [
      {
        title: 'told of b',
        severity: 'critical',
        atMs: at(2),
        shownBy: 'b',
        evidence: { id: 'b', actions: ['tool:pay', 'tool:send_mail'], actionCount: 3 },
      },
    ];
    expect(folded(a, b, c)).toMatchObject(expected);
    expect(folded(c, b, a)).toMatchObject(expected);
  });

  it('lets alerts speak before signals, and counts them alone', () => {
    const signal = offence({ kind: 'signal', severity: 'critical' }, { id: 'a', atMs: at(1) });
    const alert = offence({}, { id: 'b', atMs: at(2) });
    const found = folded(signal, alert, signal);
    expect(found).toMatchObject([
      { kind: 'alert', severity: 'high', shownBy: 'b', evidence: { actionCount: 1 } },
    ]);
    expect(found[0]?.eventIds).toEqual(['event-of-b', 'because']);
  });

  it('asks only the one that speaks', () => {
    const silent = offence(
      { tell: () => ({ title: 'never', evidence: {}, because: [] }) },
      { id: 'z', atMs: at(11) },
    );
    expect(folded(silent, offence({}, { id: 'a' }))).toMatchObject([{ title: 'told of a' }]);
  });

  it('tells subjects and facts apart', () => {
    const subject = { kind: 'principal', key: 'prn:ann', label: 'Ann' } as const;
    const found = folded(
      offence(),
      offence({ fact: 'worse' }),
      offence({}, { token: token('other') }),
      offence({}, { token: undefined }),
      offence({ subject }),
    );
    expect(found.map((one) => [one.subject.key, one.fact])).toEqual([
      [token('root').key, 'wrong'],
      [token('root').key, 'worse'],
      [token('other').key, 'wrong'],
      ['the chain', 'wrong'],
      ['prn:ann', 'wrong'],
    ]);
  });

  it('settles with the one that speaks', () => {
    const waits = offence({ exonerable: true }, { id: 'a', atMs: at(2) });
    const stands = offence({}, { id: 'b', atMs: at(1) });
    expect(folded(waits)).toMatchObject([{ settlesAtMs: at(12) }]);
    expect(folded(waits, stands)[0]).not.toHaveProperty('settlesAtMs');
  });
});

it.each<[string, Partial<ActionView>]>([
  ['CRM agent', {}],
  ['CRM agent', { actor: undefined }],
  ['Somebody', { actor: undefined, token: undefined }],
  ['agent/x', { actor: { id: 'agent/x', kind: 'agent' } }],
])('says that it was %s', (label, differs) => {
  expect(doerLabel(action(differs))).toBe(label);
});

it.each<[string, Partial<ActionView>]>([
  ['tool:send_mail', {}],
  ['erp:change', { needs: undefined, action: 'change', target: { system: 'erp' } }],
  ['change', { needs: undefined, action: 'change' }],
])('calls it %s', (label, differs) => {
  expect(deedLabel(action(differs))).toBe(label);
});

it('shows where it was, when anybody said', () => {
  expect(shownOf(action({ target: { system: 'erp', resource: '7' } }), policy())).toMatchObject({
    target: 'erp/7',
  });
  expect(shownOf(action(), policy())).toMatchObject({ target: null });
});
