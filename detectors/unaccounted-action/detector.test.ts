import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, RequestView } from '../../src/domain/chain.ts';
import {
  action,
  approval,
  chain,
  issuer,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { unaccountedAction } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const rules = { expects: { trails: ['erp'], chains: ['erp'] }, tickets: { required: ['erp:deploy'] } };
const bare: Partial<ChainView> = { rootToken: undefined, rootKey: 'call-1', tokens: [] };

function see(differs: Partial<ChainView>, policies: object = rules, feeds = livelyFeeds) {
  const shown = chain({ ...bare, ...differs });
  return look(unaccountedAction, { on: 'chain', chain: shown, feeds, policy: policy(policies) });
}

const change = (differs: Partial<ActionView> = {}) =>
  action({
    kind: 'change',
    tool: undefined,
    token: undefined,
    needs: undefined,
    action: 'posted',
    target: { system: 'erp', resource: 'orders/7' },
    ...differs,
  });

const call = (differs: Partial<ActionView> = {}) =>
  change({ kind: 'api', action: 'write', needs: 'erp:write', ...differs });

const facts = (found: readonly { fact: string; kind: string }[]) =>
  found.map(({ fact, kind }) => `${kind} ${fact}`);

describe('a change without a trail', () => {
  it('says what changed and that nothing tells of it', () => {
    expect(see({ actions: [change()] })).toEqual([
      {
        subject: { kind: 'principal', key: 'prn:agent/crm', label: 'CRM agent' },
        fact: 'change-without-trail',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did posted, and no call, credential or approval tells of it',
        atMs: at(10),
        evidence: {
          action: 'erp:posted',
          target: 'erp/orders/7',
          effect: 'write',
          outcome: 'accepted',
          happenedAt: '2026-01-05T08:10:00.000Z',
          actor: 'agent/crm',
          requests: 0,
        },
        eventIds: ['call-event-1'],
        settlesAtMs: at(20),
        shownBy: 'call-1',
      },
    ]);
  });

  const gone: string[] = [];
  it.each([
    ['a token of its own', { actions: [change({ token: token('root') })] }, gone],
    ['a token in another report', { actions: [change({ otherTokens: [token('root')] })] }, gone],
    ['an approval that it names', { actions: [change({ approvalId: 'a1' })] }, gone],
    ['a token in its chain', { actions: [change()], tokens: [token('root')] }, gone],
    ['an approval in its chain', { actions: [change()], approvals: [approval('a1')] }, gone],
    ['a tool call in its chain', { actions: [change(), action({ token: undefined })] }, gone],
    ['another change', { actions: [change(), change({ id: 'b' })] }, ['alert change-without-trail']],
    [
      'only a request',
      { actions: [change()], requests: [{} as RequestView] },
      ['alert change-without-trail'],
    ],
    ['of another system', { actions: [change({ target: { system: 'crm' } })] }, gone],
    ['of no system', { actions: [change({ target: undefined })] }, gone],
    ['one that failed', { actions: [change({ outcome: 'failed' })] }, gone],
    ['the platform', { actions: [change({ platform: true })] }, gone],
    ['a chain of the platform', { actions: [change()], platform: true }, gone],
  ] as const)('%s', (_, differs, expected) => {
    expect(facts(see(differs))).toEqual(expected);
  });

  it('folds what nobody did by the system that tells', () => {
    const actions = [change({ actor: undefined }), change({ id: 'b', actor: undefined })];
    expect(see({ actions })).toMatchObject([
      { subject: { kind: 'source', key: 'system:erp', label: 'erp' }, shownBy: 'call-1' },
    ]);
  });
});

describe('a call without a chain', () => {
  const used = (differs: Parameters<typeof token>[1]) => ({
    actions: [call({ token: token('root', { issued: false, issuer: 'https://x', ...differs }) })],
  });

  it.each([
    ['no token', { actions: [call()] }, ['alert call-without-chain']],
    ['a token in another report', { actions: [call({ otherTokens: [token('a')] })] }, []],
    ['an issued token', used({ issued: true }), []],
    ['one that its living issuer never issued', used({}), ['alert call-without-chain']],
    ['one of nobody', used({ issuer: undefined }), ['signal call-without-chain']],
    ['a standing one', used({ standing: true }), []],
    ['a refused call', { actions: [call({ outcome: 'denied' })] }, []],
    ['a call to another system', { actions: [call({ target: { system: 'crm' } })] }, []],
    ['a tool call', { actions: [call({ kind: 'tool' })] }, []],
  ] as const)('%s', (_, differs, expected) => {
    expect(facts(see(differs))).toEqual(expected);
  });

  it('is a signal while its issuer is silent, and no case for it when its issuer is expected', () => {
    expect(see(used({}), rules, silentFeeds)).toMatchObject([
      { kind: 'signal', severity: 'low', deferred: true },
    ]);
    const expected = { expects: { ...rules.expects, issuers: [issuer] } };
    expect(see(used({ issuer }), expected)).toEqual([]);
  });

  it('says with what, and shows what pages first', () => {
    expect(see(used({}))).toMatchObject([
      {
        subject: { kind: 'token', label: 'root' },
        title: 'CRM agent did erp:write with root, which nobody is known to have issued',
        evidence: { token: 'root', issuer: 'https://x', issuerAlive: true },
        deferred: true,
        revoke: { jti: 'root' },
      },
    ]);
    const { actions } = used({ issuer: undefined });
    const second = call({ id: 'b', token: token('root', { issued: false }) });
    expect(see({ actions: [...actions, second] })).toMatchObject([{ kind: 'alert', shownBy: 'b' }]);
  });
});

describe('no ticket', () => {
  const deploy = call({ token: token('root'), needs: 'erp:deploy', action: 'deploy' });
  const request = (minutes: number, ticket: string | undefined) =>
    ({ atMs: at(minutes), ticket, eventId: `request-${minutes}` }) as RequestView;

  it.each([
    ['none', [], ['alert no-ticket']],
    ['a request without one', [request(0, undefined)], ['alert no-ticket']],
    ['before', [request(0, 'CHG-1')], []],
    ['within the skew afterwards', [request(11, 'CHG-1')], []],
    ['afterwards', [request(11 + 1 / minuteMs, 'CHG-1')], ['alert no-ticket']],
  ] as const)('%s', (_, requests, expected) => {
    expect(facts(see({ actions: [deploy], requests }))).toEqual(expected);
  });

  it('says of which chain, and which came too late', () => {
    expect(
      see({ actions: [deploy, { ...deploy, id: 'b' }], requests: [request(30, 'CHG-1')] }),
    ).toMatchObject([
      {
        subject: { kind: 'chain', key: 'call-1', label: 'chn_1' },
        title: 'CRM agent did erp:deploy before its ticket CHG-1 was opened',
        evidence: { requests: 1, ticket: 'CHG-1' },
        eventIds: ['call-event-1', 'request-30'],
        shownBy: 'call-1',
        revoke: { jti: 'root' },
      },
    ]);
    const standing = { ...deploy, token: token('root', { standing: true }) };
    expect(see({ actions: [standing] })[0]).not.toHaveProperty('revoke');
    expect(see({ actions: [call({ token: token('root') })] })).toEqual([]);
  });
});

it('costs nothing where policy expects nothing, and looks at chains only', () => {
  expect(see({ actions: [change(), call()] }, {})).toEqual([]);
  expect(look(unaccountedAction, { on: 'action', action: call(), policy: policy(rules) })).toEqual([]);
});
