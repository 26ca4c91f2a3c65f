import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, RequestEnd, RequestView } from '../../src/domain/chain.ts';
import {
  action,
  bot,
  chain,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  startMs,
  token,
} from '../../test/support/views.ts';
import { staleTrigger } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

const end = (reason: RequestEnd['reason'], minutes: number): RequestEnd => ({
  atMs: at(minutes),
  reason,
  eventId: `${reason}-${minutes}`,
});

function request(differs: Partial<RequestView> = {}): RequestView {
  return {
    triggerId: 'r1',
    atMs: startMs,
    initiator: { id: 'ann@example', kind: 'human' },
    kind: 'human',
    provenance: undefined,
    ticket: 'T-1',
    task: undefined,
    eventId: 'request-1',
    ends: [],
    ...differs,
  };
}

interface Given {
  readonly ends?: readonly RequestEnd[];
  readonly request?: Partial<RequestView>;
  readonly others?: readonly RequestView[];
  readonly chain?: Partial<ChainView>;
  readonly config?: object;
  readonly rules?: object;
}

function judge(actions: readonly Partial<ActionView>[], given: Given = {}) {
  const seen = actions.map((one, index) => action({ id: `call-${index}`, ...one }));
  const ends = given.ends ?? [end('withdrawn', 5)];
  const requests = [request({ ends, ...given.request }), ...(given.others ?? [])];
  return look(
    staleTrigger,
    {
      on: 'chain',
      chain: chain({ actions: seen, requests, lastEventMs: at(60), rootKey: 'the chain', ...given.chain }),
      feeds: livelyFeeds,
      policy: policy(given.rules),
    },
    given.config,
  );
}

it('says what was done, how late, for whom', () => {
  expect(judge([{}, { atMs: at(11) }])).toEqual([
    {
      subject: { kind: 'chain', key: 'the chain', label: 'root' },
      fact: 'request-withdrawn',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did tool:send_mail 300 s after its request had been withdrawn',
      atMs: at(10),
      evidence: {
        action: 'tool:send_mail',
        target: null,
        effect: 'write',
        outcome: 'accepted',
        doneAt: '2026-01-05T08:10:00.000Z',
        request: 'r1',
        initiator: 'ann@example',
        ticket: 'T-1',
        reason: 'withdrawn',
        endedAt: '2026-01-05T08:05:00.000Z',
        lateBySeconds: 300,
        tie: 'alone',
        actions: ['tool:send_mail'],
        actionCount: 2,
      },
      eventIds: ['call-event-1', 'withdrawn-5', 'request-1'],
      settlesAtMs: at(20),
      revoke: token('root').ref,
      shownBy: 'call-0',
    },
  ]);
});

describe('an end', () => {
  it.each<[string, readonly RequestEnd[], string | undefined, string | undefined]>([
    ['withdrawn, and everybody has heard', [end('withdrawn', 8)], 'request-withdrawn', 'alert'],
    ['withdrawn a moment ago', [end('withdrawn', 8.001)], undefined, undefined],
    ['withdrawn afterwards', [end('withdrawn', 12)], undefined, undefined],
    ['cancelled', [end('cancelled', 5)], 'request-cancelled', 'alert'],
    ['done', [end('done', 5)], 'request-closed', 'signal'],
    ['done, then withdrawn', [end('done', 4), end('withdrawn', 5)], 'request-withdrawn', 'alert'],
    ['none', [], undefined, undefined],
  ])('%s', (_, ends, fact, kind) => {
    expect(judge([{}], { ends })).toMatchObject(fact === undefined ? [] : [{ fact, kind }]);
    expect(judge([{}], { ends })).toHaveLength(fact === undefined ? 0 : 1);
  });

  it('waits for those who have to hear of it as long as policy says', () => {
    const rules = { clocks: { skewSeconds: 0, revocationPropagationSeconds: 600 } };
    expect(judge([{ atMs: at(15) - 1 }], { rules })).toEqual([]);
    expect(judge([{ atMs: at(15) }], { rules })).toHaveLength(1);
  });
});

describe('an action after it', () => {
  it.each<[string, Partial<ActionView>, string | undefined, string | undefined]>([
    ['a write', {}, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
    ['a change of access', { effect: 'admin' }, 'alert', 'critical'],
    ['nobody refused it', { outcome: 'unknown' }, 'alert', 'high'],
    ['a read', { effect: 'read' }, 'signal', 'low'],
    ['nobody knows what', { effect: 'unknown', needs: 'tool:frob', action: 'frob' }, 'signal', 'low'],
    ['refused', { outcome: 'denied' }, undefined, undefined],
    ['failed', { outcome: 'failed' }, undefined, undefined],
    ['the platform’s', { platform: true }, undefined, undefined],
    ['rolled back', { needs: 'tool:rollback_mail' }, undefined, undefined],
    ['told somebody', { needs: 'crm:notifyOwner' }, undefined, undefined],
    [
      'told by a system',
      { kind: 'change', needs: undefined, action: 'change', target: { system: 'erp' } },
      'alert',
      'high',
    ],
  ])('%s', (_, differs, kind, severity) => {
    const found = judge([differs]);
    expect(found).toHaveLength(kind === undefined ? 0 : 1);
    if (kind !== undefined) expect(found).toMatchObject([{ kind, severity }]);
  });

  it('may follow under other names where the configuration says so', () => {
    expect(judge([{}], { config: { followUps: ['mail'] } })).toEqual([]);
  });

  it('is not what a system tells of a call before it', () => {
    const target = { system: 'erp', resource: '7' };
    const told = { kind: 'change', needs: undefined, action: 'change', target } as const;
    expect(judge([{ atMs: at(4), target }, told])).toEqual([]);
  });

  it('does not ask for the end of a standing credential', () => {
    expect(judge([{ token: token('key', { standing: true }) }])[0]).not.toHaveProperty('revoke');
  });
});

describe('an action belongs to a request', () => {
  const txn = { txn: 't1' };
  it.each<[string, Partial<ActionView>, Given, string | undefined, boolean]>([
    ['whose transaction it names', txn, { request: txn }, 'alert', false],
    ['whose transaction its token has', { token: token('root', txn) }, { request: txn }, 'alert', false],
    ['of which it names another', { txn: 't2' }, { request: txn }, undefined, false],
    ['where nobody names one', {}, { request: txn }, 'alert', true],
    [
      'where nobody names one, and there are two',
      {},
      { request: txn, others: [request({ triggerId: 'r2' })] },
      'signal',
      true,
    ],
    ['that was received twice', {}, { others: [request()] }, 'alert', true],
  ])('%s', (_, differs, given, kind, waits) => {
    const found = judge([differs], given);
    expect(found.map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
    if (found[0] !== undefined) expect('settlesAtMs' in found[0]).toBe(waits);
  });
});

describe('a hop without an action', () => {
  const minted = token('child', { parent: token('root'), iatMs: at(10) });
  const invoked = {
    atMs: at(9),
    actor: bot,
    callee: { id: 'agent/desk', kind: 'agent' },
    eventId: 'invoked-1',
  } as const;

  it('is a signal', () => {
    expect(judge([], { chain: { tokens: [minted] } })).toEqual([
      {
        subject: { kind: 'chain', key: 'the chain', label: 'root' },
        fact: 'request-withdrawn',
        kind: 'signal',
        severity: 'low',
        title: 'CRM agent got a token after its request had been withdrawn',
        atMs: at(10),
        evidence: {
          request: 'r1',
          initiator: 'ann@example',
          ticket: 'T-1',
          reason: 'withdrawn',
          endedAt: '2026-01-05T08:05:00.000Z',
          lateBySeconds: 300,
          hop: 'token',
        },
        eventIds: ['issued-child', 'withdrawn-5', 'request-1'],
        settlesAtMs: at(20),
      },
    ]);
  });

  it('is told of the first, and not beside an action', () => {
    const grown = { tokens: [minted], invocations: [invoked] };
    expect(judge([], { chain: grown })).toMatchObject([
      {
        title: 'CRM agent called agent/desk after its request had been withdrawn',
        evidence: { hop: 'invocation' },
      },
    ]);
    expect(judge([{}], { chain: grown })).toMatchObject([{ kind: 'alert' }]);
  });

  it.each<[string, Partial<ChainView>, Given]>([
    ['a session kept alive', { tokens: [{ ...minted, grant: 'refresh_token' }] }, {}],
    ['a new beginning', { tokens: [token('root', { iatMs: at(10) })] }, {}],
    ['a token minted before everybody had heard', { tokens: [{ ...minted, iatMs: at(7) - 1 }] }, {}],
    ['a token minted nobody knows when', { tokens: [{ ...minted, iatMs: undefined }] }, {}],
    ['a call before everybody had heard', { invocations: [{ ...invoked, atMs: at(7) - 1 }] }, {}],
    ['what may be for another request', { tokens: [minted] }, { others: [request({ triggerId: 'r2' })] }],
  ])('is not %s', (_, differs, given) => {
    expect(judge([], { ...given, chain: differs })).toEqual([]);
  });
});

it('has nothing to say of the platform, of a chain that ended in time, and of single actions', () => {
  expect(judge([{}], { chain: { platform: true } })).toEqual([]);
  expect(judge([], { chain: { lastEventMs: at(6) } })).toEqual([]);
  expect(look(staleTrigger, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
