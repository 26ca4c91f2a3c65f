import { describe, expect, it } from 'vitest';
import type {
  ActionView,
  ChainView,
  IdentityChange,
  PeopleView,
  RequestView,
  TokenView,
} from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import {
  action,
  bot,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  sourceView,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { outlivedInitiator } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const ann: Principal = { id: 'ann@example', kind: 'human' };

function change(kind: IdentityChange['change'], minutes: number, session?: string): IdentityChange {
  return { atMs: at(minutes), change: kind, session, eventId: `${kind}-${minutes}` };
}

/** What happened to whom, by id. */
function known(changes: { readonly [id: string]: readonly IdentityChange[] }): PeopleView {
  return { ...strangers, of: ({ id }) => ({ changes: changes[id] ?? [], exposure: undefined }) };
}

function use(people: PeopleView, differs: Partial<ActionView> = {}) {
  return look(outlivedInitiator, { on: 'action', action: action(differs), people, policy: policy() });
}

const facts = (found: readonly { fact: string; kind: string }[]) =>
  found.map(({ fact, kind }) => `${kind} ${fact}`);

it('says who acted in whose name, and since when that is over', () => {
  const held = token('root');
  expect(use(known({ [ann.id]: [change('disabled', 5)] }), { token: held })).toEqual([
    {
      subject: { kind: 'token', key: held.key, label: 'root' },
      fact: 'initiator-disabled',
      kind: 'alert',
      severity: 'high',
      title: 'CRM agent did tool:send_mail in the name of ann@example, who had been disabled',
      atMs: at(10),
      evidence: {
        action: 'tool:send_mail',
        effect: 'write',
        outcome: 'accepted',
        usedAt: '2026-01-05T08:10:00.000Z',
        principal: 'ann@example',
        change: 'disabled',
        changedAt: '2026-01-05T08:05:00.000Z',
        lateBySeconds: 300,
        holder: 'root',
        linkLevel: null,
      },
      eventIds: ['call-event-1', 'disabled-5', 'issued-root'],
      settlesAtMs: at(20),
      revoke: held.ref,
    },
  ]);
});

describe('what takes authority, and what gives it back', () => {
  it.each([
    ['disabled', [change('disabled', 5)], ['alert initiator-disabled']],
    ['offboarded', [change('offboarded', 5)], ['alert initiator-offboarded']],
    ['compromised', [change('compromised', 5)], ['alert initiator-compromised']],
    ['at risk', [change('risk', 5)], []],
    ['a new credential', [change('credential-changed', 5)], []],
    ['until everybody has heard of it', [change('disabled', 8 + 1 / minuteMs)], []],
    ['once everybody has', [change('disabled', 8)], ['alert initiator-disabled']],
    ['afterwards', [change('disabled', 11)], []],
    ['enabled again', [change('disabled', 3), change('enabled', 5)], []],
    ['enabled within the skew of the action', [change('disabled', 3), change('enabled', 11)], []],
    ['enabled too late', [change('disabled', 3), change('enabled', 12)], ['alert initiator-disabled']],
    ['enabled before', [change('enabled', 2), change('disabled', 3)], ['alert initiator-disabled']],
    [
      'disabled again',
      [change('disabled', 2), change('enabled', 3), change('disabled', 4)],
      ['alert initiator-disabled'],
    ],
    ['the first of two', [change('disabled', 2), change('offboarded', 4)], ['alert initiator-disabled']],
    [
      'a new credential is no way back from a leave',
      [change('disabled', 3), change('credential-changed', 5)],
      ['alert initiator-disabled'],
    ],
  ] as const)('%s', (_, changes, expected) => {
    expect(facts(use(known({ [ann.id]: changes })))).toEqual(expected);
  });

  it.each([
    ['was given before', 0, ['alert initiator-compromised']],
    ['was given when it was made good', 5, []],
    ['was given at a time that nobody told', undefined, []],
  ] as const)('after a compromise was made good, what %s', (_, minutes, expected) => {
    const iatMs = minutes === undefined ? undefined : at(minutes);
    const people = known({ [ann.id]: [change('compromised', 3), change('credential-changed', 5)] });
    expect(facts(use(people, { token: token('root', { iatMs }) }))).toEqual(expected);
  });

  it('does not make good what was made of something given before', () => {
    const people = known({ [ann.id]: [change('compromised', 3), change('enabled', 5)] });
    expect(use(people, { token: lineOf({}, { iatMs: at(6) }) })).toMatchObject([
      { evidence: { holder: 'root', linkLevel: 1 }, linkLevel: 1 },
    ]);
  });
});

describe('whose', () => {
  const gone = [change('offboarded', 1)];
  const machine: Principal = { id: 'svc/nightly', kind: 'service' };

  it.each([
    ['the agent that acts', { [bot.id]: gone }, {}, ['alert agent-offboarded']],
    ['the agent without a token', { [bot.id]: gone }, { token: undefined }, ['alert agent-offboarded']],
    [
      'a person who acts',
      { [ann.id]: gone },
      { actor: ann, token: undefined },
      ['alert initiator-offboarded'],
    ],
    ['the actor of the credential', { [bot.id]: gone }, { actor: undefined }, ['alert agent-offboarded']],
    [
      'both',
      { [bot.id]: gone, [ann.id]: gone },
      {},
      ['alert initiator-offboarded', 'alert agent-offboarded'],
    ],
    [
      'an agent further up',
      { up: gone },
      { token: lineOf({ actor: { id: 'up', kind: 'agent' } }, {}) },
      ['alert agent-offboarded'],
    ],
    [
      'a service with a token of its own',
      { [machine.id]: gone },
      { actor: machine, token: token('root', { subject: machine, actor: undefined }) },
      ['alert agent-offboarded'],
    ],
    [
      'a service in whose name an agent acts',
      { [machine.id]: gone },
      { token: token('root', { subject: machine }) },
      ['alert initiator-offboarded'],
    ],
    ['somebody else', { other: gone }, {}, []],
    ['nobody known', {}, { actor: undefined, token: undefined }, []],
  ] as const)('%s', (_, changes, differs, expected) => {
    expect(facts(use(known(changes), differs))).toEqual(expected);
  });

  it('names the nearest, and the weakest link to it', () => {
    const held = lineOf({ subject: ann }, { subject: { id: 'b', kind: 'human' }, parentLevel: 4 }, {});
    const found = use(known({ [ann.id]: gone }), { token: held });
    expect(found).toMatchObject([{ evidence: { holder: 'hop-2', linkLevel: null } }]);
    const foreign = lineOf({ subject: ann }, { subject: { id: 'b', kind: 'human' }, parentLevel: 4 });
    expect(use(known({ [ann.id]: gone }), { token: foreign })).toMatchObject([
      { subject: { label: 'hop-1' }, evidence: { holder: 'root', linkLevel: 4 }, linkLevel: 4 },
    ]);
  });
});

it.each([
  ['a refusal', { outcome: 'denied' }, 'signal', 'low'],
  ['a failure', { outcome: 'failed' }, 'signal', 'low'],
  ['the platform', { platform: true }, 'signal', 'low'],
  ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
] as const)('%s is %3$s', (_, differs, kind, severity) => {
  expect(use(known({ [ann.id]: [change('disabled', 1)] }), differs)).toMatchObject([{ kind, severity }]);
});

it('takes whoever is compromised for the one who acts', () => {
  expect(use(known({ [ann.id]: [change('compromised', 1)] }))).toMatchObject([{ severity: 'critical' }]);
});

describe('session ended', () => {
  const bound = (differs: Partial<TokenView> = {}) => token('root', { session: 's1', ...differs });
  const ended = (minutes: number, session?: string) =>
    known({ [ann.id]: [change('session-ended', minutes, session)] });

  it.each([
    ['the session of the token', ended(8, 's1'), bound(), ['alert session-ended']],
    ['until everybody has heard of it', ended(8 + 1 / minuteMs, 's1'), bound(), []],
    ['another session', ended(1, 's2'), bound(), []],
    ['a token without session', ended(1, 's1'), token('root'), []],
    ['a token without subject', ended(1, 's1'), bound({ subject: undefined }), []],
    [
      'the session of what it was made of',
      ended(1, 's1'),
      lineOf({ session: 's1' }, {}),
      ['signal session-ended'],
    ],
    ['a session that nobody names', ended(1), bound(), ['signal session-ended']],
    ['the same before the token was given', ended(1), bound({ iatMs: at(2) }), []],
  ] as const)('%s', (_, people, held, expected) => {
    expect(facts(use(people, { token: held }))).toEqual(expected);
  });

  it('says nothing beside a user who is gone', () => {
    const people = known({ [ann.id]: [change('session-ended', 1, 's1'), change('disabled', 2)] });
    expect(facts(use(people, { token: bound() }))).toEqual(['alert initiator-disabled']);
  });

  it('shows the session and takes a refusal for a probe', () => {
    const [found] = use(ended(1, 's1'), { token: bound() });
    expect(found).toMatchObject({
      title: 'CRM agent did tool:send_mail after the session of root had ended',
      evidence: { session: 's1', change: 'session-ended', lateBySeconds: 540 },
      settlesAtMs: at(20),
    });
    expect(use(ended(1, 's1'), { token: bound(), outcome: 'denied' })).toMatchObject([{ kind: 'signal' }]);
  });
});

describe('minted', () => {
  const mint = (held: TokenView, changes: { readonly [id: string]: readonly IdentityChange[] }) =>
    look(outlivedInitiator, { on: 'token', token: held, people: known(changes), policy: policy() });
  const disabled = { [ann.id]: [change('disabled', 5)] };

  it.each([
    ['before', 5, 0],
    ['before every issuer has heard of it', 7 - 1 / minuteMs, 0],
    ['after', 7, 1],
  ])('%s', (_, minutes, count) => {
    expect(mint(token('root', { iatMs: at(minutes) }), disabled)).toHaveLength(count);
  });

  it('says for whom', () => {
    expect(mint(token('root', { iatMs: at(15) }), disabled)).toMatchObject([
      {
        fact: 'initiator-disabled',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent got a token in the name of ann@example, who had been disabled',
        evidence: { mintedAt: '2026-01-05T08:15:00.000Z', lateBySeconds: 600 },
        settlesAtMs: at(25),
        revoke: { jti: 'root' },
      },
    ]);
    const foreign = lineOf({}, { subject: bot, parentLevel: 4, iatMs: at(15) });
    expect(mint(foreign, disabled)).toMatchObject([
      { evidence: { holder: 'root', linkLevel: 4 }, linkLevel: 4 },
    ]);
    expect(mint(token('root', { iatMs: at(15) }), { [bot.id]: [change('offboarded', 1)] })).toMatchObject([
      { fact: 'agent-offboarded', title: 'CRM agent got a token although it had been offboarded' },
    ]);
  });

  it.each([
    ['one that nobody issued', token('root', { issued: false, iatMs: at(15) }), 0],
    ['one of unknown time', token('root', { iatMs: undefined }), 0],
    ['only the topmost', lineOf({ iatMs: at(14) }, { iatMs: at(15) }), 0],
    ['one made of something given before', lineOf({}, { iatMs: at(15) }), 1],
    [
      'one made of something that nobody issued',
      lineOf({ issued: false, iatMs: at(14) }, { iatMs: at(15) }),
      1,
    ],
  ])('%s', (_, held, count) => {
    expect(mint(held, disabled)).toHaveLength(count);
  });
});

describe('a chain that does not carry the name of its initiator', () => {
  const own = token('own', { subject: bot });
  const see = (differs: Partial<ChainView>, changes = [change('disabled', 5)]) =>
    look(outlivedInitiator, {
      on: 'chain',
      chain: chain(differs),
      feeds: silentFeeds,
      people: known({ [ann.id]: changes }),
      policy: policy(),
    });

  it.each([
    ['by a token of its own', [action({ token: own })], 1],
    ['without a token', [action({ token: undefined })], 1],
    ['in time', [action({ token: own, atMs: at(4) })], 0],
    ['refused', [action({ token: own, outcome: 'denied' })], 0],
    ['with the name in the token', [action({ token: lineOf({}, { subject: bot }) })], 0],
    ['by the initiator', [action({ token: undefined, actor: ann })], 0],
    ['nothing', [], 0],
  ])('%s', (_, actions, count) => {
    expect(see({ actions })).toHaveLength(count);
  });

  it.each([
    ['a compromised source', [change('compromised', 5)], 'webhook', 'write', 0],
    ['a compromised source that is read for', [change('compromised', 5)], 'webhook', 'read', 1],
    ['a compromised person', [change('compromised', 5)], 'human', 'write', 1],
    ['a source that is gone', [change('offboarded', 5)], 'webhook', 'write', 1],
  ] as const)('leaves what %s sets off to whoever judges sources', (_, changes, kind, effect, count) => {
    const requests = [{ kind } as RequestView];
    expect(see({ actions: [action({ token: own, effect })], requests }, [...changes])).toHaveLength(count);
  });

  it('says for whom', () => {
    expect(see({ actions: [action({ token: own })] })).toMatchObject([
      {
        subject: { kind: 'chain', label: 'root' },
        fact: 'initiator-disabled',
        title: 'CRM agent did tool:send_mail for ann@example, who had been disabled',
        shownBy: 'call-1',
        revoke: { jti: 'own' },
      },
    ]);
    expect(see({ actions: [action({ token: { ...own, standing: true } })] })[0]).not.toHaveProperty('revoke');
    expect(see({ actions: [action({ token: own })], initiator: undefined })).toEqual([]);
    expect(see({ actions: [action({ token: own })] }, [])).toEqual([]);
  });
});

it('looks at tokens, actions and chains only', () => {
  expect(look(outlivedInitiator, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
});
