import { describe, expect, it } from 'vitest';
import { Policy } from '../../../../src/domain/policy.ts';
import {
  both,
  call,
  exchange,
  iss,
  keyOf,
  mint,
  ref,
  refresh,
  request,
  revoke,
  type Stored,
  stream,
} from './support.ts';

const HOUR = 3_600;

const open = (stored: Stored | undefined) =>
  [...(stored?.chains.values() ?? [])].filter((chain) => chain.state === 'open');

/** Where an id leads to in the end. */
function resolve(stored: Stored, id: string): string | undefined {
  const chain = stored.chains.get(id);
  return chain?.mergedInto === undefined ? chain?.id : resolve(stored, chain.mergedInto);
}

describe('chains that join', () => {
  it('carry on under one id, and every older id leads there for ever', () => {
    const steps = stream([
      exchange('c', 'b', { at: 3 }),
      exchange('d', 'c', { at: 4 }),
      exchange('b', 'a', { at: 2 }),
      mint('a', { at: 1 }),
      request('x'),
      call('d', { at: 5, txn: 'x' }),
    ]);
    const ids = new Set(steps.flatMap((stored) => open(stored).map((chain) => chain.id)));
    expect(ids.size).toBeGreaterThan(2);
    const last = steps.at(-1) as Stored;
    const [only, ...others] = open(last);
    expect(others).toEqual([]);
    for (const id of ids) expect(resolve(last, id), id).toBe(only?.id);
    for (const hop of last.hops.values()) expect(resolve(last, hop.chainId)).toBe(only?.id);
  });

  it('keep one alert on one token, whatever its chain is called', () => {
    const steps = stream([
      exchange('b', 'a', { at: 2 }),
      exchange('c', 'b', { at: 3, scope: ['crm:read', 'crm:write'] }),
      mint('a', { at: 1 }),
    ]);
    const drift = steps.map((stored) => [...stored.findings.values()].filter((f) => f.fact === 'hop-drift'));
    expect(new Set(drift.flat().map((f) => f.id)).size).toBe(1);
    expect(drift.at(-1)).toMatchObject([{ state: 'settled', chainId: open(steps.at(-1))[0]?.id }]);
  });
});

describe('an event behind the watermark', () => {
  it('joins its chain and marks its hop as late', () => {
    const steps = stream([exchange('c', 'p', { at: 2 }), HOUR, mint('p', { at: 1 }), HOUR + 1]);
    const [chain, ...others] = open(steps.at(-1));
    expect(others).toEqual([]);
    expect(chain).toMatchObject({ verdict: 'late', hopCount: 2 });
    expect(steps.at(-1)?.hops.get(keyOf('p'))).toMatchObject({ late: true });
    expect(steps.at(-1)?.hops.get(keyOf('c'))).toMatchObject({ late: false, parentKey: keyOf('p') });
  });

  it('withdraws what its absence had raised', () => {
    const rules = Policy.parse({ expects: { issuers: [iss] } });
    const steps = stream(
      [mint('x', { at: 0 }), call('t', { at: 10 }), mint('y', { at: 60 }), HOUR, mint('t', { at: 5 })],
      rules,
    );
    const unissued = (stored: Stored | undefined) =>
      [...(stored?.findings.values() ?? [])].filter((f) => f.fact === 'unissued');
    expect(unissued(steps[3])).toMatchObject([{ state: 'settled' }]);
    expect(unissued(steps[4])).toMatchObject([{ state: 'withdrawn' }]);
  });

  it('raises what it proves, at once', () => {
    const steps = stream([
      mint('p'),
      exchange('c', 'p', { at: 1 }),
      call('c', { at: 400 }),
      HOUR,
      revoke({ token: ref('c'), reason: 'compromise', at: 30 }),
    ]);
    expect([...(steps.at(-1)?.findings.values() ?? [])]).toMatchObject([
      { fact: 'used-after-revocation', state: 'settled', kind: 'alert' },
    ]);
  });

  it('adds its evidence to the alert that there is', () => {
    const steps = stream([
      mint('t'),
      revoke({ token: ref('t'), reason: 'compromise', at: 10 }),
      call('t', { at: 200 }),
      HOUR,
      call('t', { at: 300 }),
    ]);
    const before = [...(steps[3]?.findings.values() ?? [])];
    const after = [...(steps[4]?.findings.values() ?? [])];
    expect(after.map((f) => f.id)).toEqual(before.map((f) => f.id));
    expect(after[0]).toMatchObject({ count: 2 });
    expect(after[0]?.eventIds).toContain('e4');
  });

  it('that merely uses a token in time makes nothing late but is counted', () => {
    const steps = stream([mint('t'), HOUR, call('t', { at: 1 })]);
    expect(open(steps.at(-1))).toMatchObject([{ verdict: 'root', actionCount: 1 }]);
  });

  it('marks an action as late for as long as nobody told of it in time', () => {
    const [late, inTime] = [{ source: '//gateway' }, { source: '//crm' }];
    const seen = { httpRequestId: 'h', at: 1 };
    const steps = stream([
      mint('t'),
      call('t', { ...seen, ...inTime }),
      HOUR,
      call('t', { ...seen, ...late }),
    ]);
    expect([...(steps.at(-1)?.actions.values() ?? [])]).toMatchObject([{ late: false }]);
    const alone = stream([mint('t'), HOUR, call('t', { ...seen, ...late })]);
    expect([...(alone.at(-1)?.actions.values() ?? [])]).toMatchObject([{ late: true }]);
  });
});

describe('an alert on a token known by its hash', () => {
  const steps = stream([
    call('#h', { at: 200, presented: { exp: Date.UTC(2026, 0, 5, 8) / 1000 + 10 } }),
    { ...mint(both('t', 'h'), { at: 0, exp: Date.UTC(2026, 0, 5, 8) / 1000 + 10 }) },
  ]);
  const before = [...(steps[0]?.findings.values() ?? [])];
  const after = [...(steps[1]?.findings.values() ?? [])];

  it('closes as merged into the one on its jti', () => {
    expect(before).toMatchObject([{ subject: { key: keyOf('#h') }, state: 'settled' }]);
    const old = after.find((f) => f.subject.key === keyOf('#h'));
    const young = after.find((f) => f.subject.key === keyOf('t'));
    expect(young).toMatchObject({ state: 'settled', fact: 'used-after-expiry' });
    expect(old).toMatchObject({ state: 'merged', mergedInto: { id: young?.id, subjectKey: keyOf('t') } });
  });
});

describe('an alert on a chain without its beginning', () => {
  const rules = Policy.parse({ expects: { issuers: [iss] } });

  const unissued = (stored: Stored | undefined) =>
    [...(stored?.findings.values() ?? [])].filter((finding) => finding.fact === 'unissued');
  const alone = [mint('x', { at: 0 }), call('b', { at: 10 }), mint('y', { at: 60 }), HOUR];

  it('closes as merged when the chain turns out to be part of a request', () => {
    const steps = stream([...alone, call('b', { at: 20, txn: 'req' })], rules);
    const [before] = unissued(steps[3]);
    expect(before).toMatchObject({ subject: { key: keyOf('b') }, state: 'settled' });
    const after = unissued(steps[4]);
    const carriesOn = after.find(({ subject }) => subject.key === 'txn:req');
    expect(carriesOn).toMatchObject({ state: 'settled' });
    expect(after.find(({ subject }) => subject.key === keyOf('b'))).toMatchObject({
      state: 'merged',
      mergedInto: { id: carriesOn?.id, subjectKey: 'txn:req' },
    });
  });

  it('closes as merged when the chain goes on above it', () => {
    const after = unissued(stream([...alone, refresh('b', 'a', { at: 9 })], rules).at(-1));
    const carriesOn = after.find(({ subject }) => subject.key === keyOf('a'));
    expect(carriesOn).toMatchObject({ state: 'settled' });
    expect(after.find(({ subject }) => subject.key === keyOf('b'))).toMatchObject({
      state: 'merged',
      mergedInto: { id: carriesOn?.id },
    });
  });

  it('is withdrawn when its beginning is reported after all', () => {
    const steps = stream([...alone, mint('b', { at: 9 })], rules);
    expect(unissued(steps.at(-1))).toMatchObject([{ subject: { key: keyOf('b') }, state: 'withdrawn' }]);
  });
});
