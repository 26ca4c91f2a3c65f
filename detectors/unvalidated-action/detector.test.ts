import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView, DecisionView, Introspection } from '../../src/domain/chain.ts';
import type { FeedView } from '../../src/domain/detector.ts';
import {
  action,
  bot,
  chain,
  issuer,
  lineOf,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { unvalidatedAction } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const asked = { validation: [{ actions: ['erp:refund'], by: 'decision', withinSeconds: 300 }] };
const fresh = { validation: [{ actions: ['erp:refund'], by: 'fresh', withinSeconds: 300 }] };

const refund = (differs: Partial<ActionView> = {}) =>
  action({
    kind: 'api',
    tool: undefined,
    action: 'refund',
    needs: 'erp:refund',
    target: { system: 'erp', resource: 'orders/7' },
    ...differs,
  });

const decision = (minutes: number, differs: Partial<DecisionView> = {}): DecisionView => ({
  atMs: at(minutes),
  allowed: true,
  subject: { type: 'agent', id: bot.id },
  action: { name: 'refund' },
  resource: { type: 'erp', id: 'orders/7' },
  policy: undefined,
  eventId: `decision-${minutes}`,
  ...differs,
});

function see(rules: object, differs: Partial<ChainView>, feeds: FeedView = livelyFeeds, people = strangers) {
  const shown = chain({ actions: [refund()], ...differs });
  return look(unvalidatedAction, { on: 'chain', chain: shown, feeds, people, policy: policy(rules) });
}

const facts = (found: readonly { fact: string; kind: string }[]) =>
  found.map(({ fact, kind }) => `${kind} ${fact}`);

it('says what was done without a decision', () => {
  const held = token('root');
  expect(see(asked, { actions: [refund({ token: held })] })).toEqual([
    {
      subject: { kind: 'token', key: held.key, label: 'root' },
      fact: 'no-decision',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did erp:refund, about which nothing had been decided',
      atMs: at(10),
      evidence: {
        action: 'erp:refund',
        target: 'erp/orders/7',
        effect: 'write',
        outcome: 'accepted',
        usedAt: '2026-01-05T08:10:00.000Z',
        withinSeconds: 300,
      },
      eventIds: ['call-event-1', 'issued-root'],
      settlesAtMs: at(20),
      shownBy: 'call-1',
      revoke: held.ref,
    },
  ]);
});

describe('when it was decided', () => {
  it.each([
    ['before', [decision(9)], []],
    ['at the end of the time and the skew', [decision(4)], []],
    ['too long before', [decision(4 - 1 / minuteMs)], ['alert no-decision']],
    ['afterwards, within the skew', [decision(11)], []],
    ['afterwards', [decision(11 + 1 / minuteMs)], ['alert no-decision']],
    ['against it', [decision(9, { allowed: false })], ['alert decided-against']],
    ['against it, long before', [decision(-600, { allowed: false })], ['alert decided-against']],
    ['against it, afterwards', [decision(9), decision(10.5, { allowed: false })], []],
    ['against it, and then for it', [decision(8, { allowed: false }), decision(9)], []],
    [
      'for it, and then against it',
      [decision(8), decision(9, { allowed: false })],
      ['alert decided-against'],
    ],
    ['both at once', [decision(9), decision(9, { allowed: false })], ['alert decided-against']],
    [
      'both at once, told the other way round',
      [decision(9, { allowed: false }), decision(9)],
      ['alert decided-against'],
    ],
  ] as const)('%s', (_, decisions, expected) => {
    expect(facts(see(asked, { decisions }))).toEqual(expected);
  });

  it.each([
    [decision(-60), 'which had been decided too long before'],
    [decision(30), 'which had been decided only afterwards'],
  ])('says that it was decided at another time', (other, says) => {
    const [found] = see(asked, { decisions: [other] });
    expect(found).toMatchObject({ title: `CRM agent did erp:refund, ${says}` });
    expect(found?.eventIds).toContain(other.eventId);
  });
});

describe('about what it was decided', () => {
  const about = (differs: Partial<DecisionView>, seen: Partial<ActionView> = {}) =>
    facts(see(asked, { decisions: [decision(9, differs)], actions: [refund(seen)] }));
  const covered: string[] = [];
  const uncovered = ['alert no-decision'];

  it.each([
    ['the name that policy uses', { action: { name: 'erp:refund' } }, covered],
    ['another action', { action: { name: 'pay' } }, uncovered],
    ['the whole system', { resource: { type: 'system', id: 'erp' } }, covered],
    ['another system', { resource: { type: 'system', id: 'crm' } }, uncovered],
    ['the resource with its system', { resource: { type: 'order', id: 'erp/orders/7' } }, covered],
    ['another resource of the system', { resource: { type: 'order', id: 'erp/orders/8' } }, uncovered],
    ['another resource by type', { resource: { type: 'erp', id: 'orders/8' } }, uncovered],
    ['a resource by a name that cannot be compared', { resource: { type: 'order', id: '#7' } }, covered],
    ['the holder of the token', { subject: { type: 'user', id: 'ann@example' } }, covered],
    ['the client', { subject: { type: 'client', id: 'crm-client' } }, covered],
    ['somebody else', { subject: { type: 'agent', id: 'agent/erp' } }, uncovered],
  ])('%s', (_, differs, expected) => {
    expect(about(differs)).toEqual(expected);
  });

  it.each([
    ['its record', { details: { record: 'R7' } }, { type: 'record', id: 'R7' }, covered],
    ['another record', { details: { record: 'R7' } }, { type: 'record', id: 'R8' }, uncovered],
    ['a record, and the action names none', {}, { type: 'record', id: 'R8' }, covered],
    ['an action without a target', { target: undefined }, { type: 'erp', id: 'orders/8' }, covered],
  ])('%s', (_, seen, resource, expected) => {
    expect(about({ resource }, seen)).toEqual(expected);
  });

  it('tells tools apart', () => {
    const rules = { validation: [{ actions: ['tool:*'], by: 'decision' }] };
    const call = (id: string) =>
      see(rules, {
        actions: [action()],
        decisions: [decision(9, { action: { name: 'send_mail' }, resource: { type: 'tool', id } })],
      });
    expect(call('send_mail')).toEqual([]);
    expect(facts(call('other'))).toEqual(uncovered);
  });

  describe('somebody further up', () => {
    const above = { type: 'agent', id: 'agent/intake' };
    const upper = { id: above.id, kind: 'agent' } as const;
    const line = lineOf({ actor: upper }, { iatMs: at(5) });
    const told = { actor: upper, callee: bot, atMs: at(5), eventId: 'invoked' };
    const because = (
      differs: Partial<DecisionView>,
      seen: Partial<ActionView>,
      more: Partial<ChainView> = {},
    ) =>
      facts(
        see(asked, {
          decisions: [decision(9, { subject: above, ...differs })],
          actions: [refund(seen)],
          ...more,
        }),
      );

    it.each([
      ['whose token it derives from', {}, { token: line }, {}, covered],
      ['who called whoever acts', {}, {}, { invocations: [told] }, covered],
      ['who called somebody else', {}, {}, { invocations: [{ ...told, callee: upper }] }, uncovered],
      ['who called, and nobody tells who acts', {}, { actor: undefined }, { invocations: [told] }, uncovered],
      ['who was refused', { allowed: false }, { token: line }, {}, uncovered],
    ] as const)('%s', (_, differs, seen, more, expected) => {
      expect(because(differs, seen, more)).toEqual(expected);
    });
  });

  it('takes two names of one principal for one', () => {
    const decisions = [decision(9, { subject: { type: 'agent', id: 'alias' } })];
    expect(see(asked, { decisions })).toHaveLength(1);
    expect(see(asked, { decisions }, livelyFeeds, { ...strangers, same: () => true })).toEqual([]);
  });
});

describe('decided against, where policy asks for nothing', () => {
  const no = (differs: Partial<DecisionView> = {}) => decision(9, { allowed: false, ...differs });
  it.each([
    ['about the same target', [no()], ['alert decided-against']],
    ['about a target that cannot be compared', [no({ resource: { type: 'order', id: '#7' } })], []],
    ['about another one', [no({ resource: { type: 'erp', id: 'orders/8' } })], []],
    ['about another action', [no({ action: { name: 'pay' } })], []],
    ['allowed', [decision(9)], []],
  ])('%s', (_, decisions, expected) => {
    expect(facts(see({}, { decisions }))).toEqual(expected);
  });

  it('lets no refusal of something else spoil a decision for it', () => {
    const other = no({ atMs: at(9.5), resource: { type: 'order', id: '#9' } });
    expect(see(asked, { decisions: [decision(9), other] })).toEqual([]);
    expect(facts(see(asked, { decisions: [other] }))).toEqual(['alert decided-against']);
  });
});

describe('beyond what was decided', () => {
  const done = (details: ActionView['details'], ...decided: readonly object[]) =>
    see(asked, {
      actions: [refund({ details })],
      decisions: decided.map((properties) =>
        decision(9, { action: { name: 'refund', properties } as DecisionView['action'] }),
      ),
    });

  it.each([
    ['an amount at the decided one', { amount: '50' }, { amount: 50 }, 0],
    ['an amount above it', { amount: 51 }, { amount: '50' }, 1],
    ['an amount that cannot be compared', { amount: 'fifty' }, { amount: 10 }, 0],
    ['more rows', { rows: 11 }, { rows: 10 }, 1],
    ['more bytes', { bytes: 11 }, { bytes: 10 }, 1],
    ['fewer', { rows: 9, bytes: 9 }, { rows: 10, bytes: 10 }, 0],
    ['another record', { record: 'R8' }, { record: 'R7' }, 1],
    ['another environment', { environment: 'prod' }, { environment: 'dev' }, 1],
    ['another currency', { currency: 'USD' }, { currency: 'EUR' }, 1],
    ['another repository', { repository: 'a/c' }, { repository: 'a/b' }, 1],
    ['the same record', { record: 'R7' }, { record: 'R7' }, 0],
    ['a field more', { fields: ['iban', 'name'] }, { fields: ['name'] }, 1],
    ['a field less', { fields: ['name'] }, { fields: ['iban', 'name'] }, 0],
    ['what was not decided', { rows: 1e6 }, { amount: 1 }, 0],
    ['what nobody says was done', {}, { amount: 1, record: 'R7', fields: [] }, 0],
  ])('%s', (_, details, decided, count) => {
    expect(done(details, decided)).toHaveLength(count);
  });

  it('says by what, and is content with one decision that covers it', () => {
    expect(done({ fields: ['iban'] }, { fields: ['name'] })).toMatchObject([
      { fact: 'broader-than-decided', evidence: { member: 'fields', decided: ['name'], done: ['iban'] } },
    ]);
    expect(done({ rows: 20 }, { rows: 10 }, { rows: 30 })).toEqual([]);
  });

  it('reads the properties of the resource', () => {
    const resource = { type: 'erp', id: 'orders/7', properties: { rows: 5 } };
    const actions = [refund({ details: { rows: 6 } })];
    expect(see(asked, { actions, decisions: [decision(9, { resource })] })).toHaveLength(1);
  });
});

describe('fresh validation', () => {
  const expects = { ...fresh, expects: { issuers: [issuer] } };
  const checked = (minutes: number, active = true): Introspection => ({
    atMs: at(minutes),
    active,
    by: 'gateway',
    eventId: `introspected-${minutes}`,
  });
  const held = (iatMs: number | undefined, ...introspections: readonly Introspection[]) => ({
    actions: [refund({ token: token('root', { iatMs, introspections }) })],
  });

  it.each([
    ['minted within the time and the skew', held(at(4)), []],
    ['minted before', held(at(4) - 1), ['alert no-fresh-validation']],
    ['found active in time', held(at(0), checked(4)), []],
    ['found active too early', held(at(-60), checked(4 - 1 / minuteMs)), ['alert no-fresh-validation']],
    ['found active within the skew afterwards', held(at(0), checked(11)), []],
    ['found active afterwards', held(at(0), checked(11 + 1 / minuteMs)), ['alert no-fresh-validation']],
    ['found inactive: that is another finding', held(at(0), checked(9, false)), []],
    ['minted at a time that nobody tells', held(undefined), ['alert no-fresh-validation']],
  ] as const)('%s', (_, differs, expected) => {
    expect(facts(see(expects, differs))).toEqual(expected);
  });

  it('reads when it was minted from what the server saw', () => {
    const actions = [
      refund({ token: token('root', { iatMs: undefined }), presented: { iat: at(9) / 1000 } }),
    ];
    expect(see(expects, { actions })).toEqual([]);
  });

  it.each([
    ['its issuer is not expected to tell', fresh, livelyFeeds, [['signal', 'low']]],
    ['its issuer was silent', expects, silentFeeds, [['signal', 'low']]],
    ['its issuer is expected and alive', expects, livelyFeeds, [['alert', 'high']]],
  ] as const)('%s', (_, rules, feeds, expected) => {
    const found = see(rules, held(at(0)), feeds);
    expect(found.map(({ kind, severity }) => [kind, severity])).toEqual(expected);
  });

  it('waits for the feed, and says what was last heard', () => {
    expect(see(expects, held(at(-60), checked(-5)))).toMatchObject([
      {
        deferred: true,
        title: 'CRM agent did erp:refund, with authority that nobody had checked for 300 s',
        evidence: {
          checkedAt: '2026-01-05T07:55:00.000Z',
          mintedAt: '2026-01-05T07:00:00.000Z',
          issuerExpected: true,
          issuerAlive: true,
        },
        eventIds: ['call-event-1', 'introspected--5', 'issued-root'],
      },
    ]);
    expect(see(fresh, { actions: [refund({ token: undefined })] })).toMatchObject([
      { kind: 'signal', subject: { kind: 'principal' }, evidence: { mintedAt: null, issuer: null } },
    ]);
  });
});

describe('which actions', () => {
  const only = { validation: [{ actions: ['erp:*'], by: 'decision', environments: ['prod'] }] };
  it.each([
    ['of another name', asked, { needs: 'erp:read', action: 'read' }, 0],
    ['refused', asked, { outcome: 'denied' }, 0],
    ['by the platform', asked, { platform: true }, 0],
    ['in the environment of the row', only, { details: { environment: 'prod' } }, 1],
    ['in another one', only, { details: { environment: 'dev' } }, 0],
    ['in one that nobody tells', only, {}, 0],
    ['without a token', asked, { token: undefined }, 1],
    ['a standing credential', asked, { token: token('root', { standing: true }) }, 1],
  ] as const)('%s', (_, rules, differs, count) => {
    expect(see(rules, { actions: [refund(differs)] })).toHaveLength(count);
  });

  it('takes the shortest time of several rows', () => {
    const validation = [...asked.validation, { actions: ['*'], by: 'decision', withinSeconds: 60 }];
    expect(see({ validation }, { decisions: [decision(7)] })).toMatchObject([
      { evidence: { withinSeconds: 60 } },
    ]);
  });

  it('tells one credential once, what pages first', () => {
    const twice = [refund(), refund({ id: 'call-2', eventIds: ['second'] })];
    expect(see(asked, { actions: twice })).toMatchObject([{ shownBy: 'call-1' }]);
    const expects = { ...fresh, expects: { issuers: [issuer] } };
    const foreign = refund({ token: token('root', { issuer: undefined, iatMs: at(0) }) });
    const own = refund({ id: 'call-2', token: token('root', { iatMs: at(0) }) });
    expect(see(expects, { actions: [foreign, own] })).toMatchObject([{ kind: 'alert', shownBy: 'call-2' }]);
  });

  it('costs nothing where nothing is asked or decided', () => {
    expect(see({}, {})).toEqual([]);
    expect(see(asked, { platform: true })).toEqual([]);
    expect(look(unvalidatedAction, { on: 'action', action: refund(), policy: policy(asked) })).toEqual([]);
  });
});
