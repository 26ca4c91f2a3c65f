import { describe, expect, it } from 'vitest';
import type { ActionView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { environmentBoundary } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const svc = { id: 'svc/deploy', kind: 'service' } as const;
const dev = { id: 'dev@example', kind: 'human' } as const;
const prod = { environment: 'prod*', principals: ['svc/*'], kinds: ['service', 'workload'] };

function act(differs: Partial<ActionView>, rules: object, people = strangers) {
  const shown = action({ details: { environment: 'prod' }, ...differs });
  return look(environmentBoundary, { on: 'action', action: shown, people, policy: policy(rules) });
}

const facts = (found: readonly { fact: string }[]) => found.map(({ fact }) => fact);
const by = (actor: ActionView['actor'], holder = actor) => ({
  actor,
  token: token('root', { actor: holder }),
});

it('says who did what where', () => {
  const held = token('root', { actor: dev });
  expect(act({ actor: dev, token: held }, { environments: [prod] })).toEqual([
    {
      subject: { kind: 'token', key: held.key, label: 'root' },
      fact: 'environment-not-allowed',
      kind: 'alert',
      severity: 'high',
      title: 'dev@example did tool:send_mail in prod, where dev@example has no business',
      atMs: at(10),
      evidence: {
        action: 'tool:send_mail',
        target: null,
        environment: 'prod',
        effect: 'write',
        outcome: 'accepted',
        usedAt: '2026-01-05T08:10:00.000Z',
        principal: 'dev@example',
        principalKind: 'human',
        allowed: ['service', 'svc/*', 'workload'],
      },
      eventIds: ['call-event-1', 'issued-root'],
      revoke: held.ref,
    },
  ]);
});

describe('who', () => {
  it.each([
    ['one that a row names', by(svc), 0],
    ['somebody else', by({ id: 'agent/crm', kind: 'service' }), 1],
    ['one of another kind', by({ id: 'svc/deploy', kind: 'agent' }), 1],
    ['one whose kind nobody told', by({ id: 'svc/deploy', kind: 'unknown' }), 0],
    ['a service with the credential of a developer', by(svc, dev), 1],
    ['a developer with the credential of a service', by(dev, svc), 1],
    [
      'whoever holds the credential, where nobody says who acted',
      { actor: undefined, token: token('root', { actor: dev }) },
      1,
    ],
    ['nobody that anyone knows', { actor: undefined, token: undefined }, 0],
    [
      'a person in whose name the service acts',
      { actor: svc, token: token('root', { actor: svc, subject: dev }) },
      0,
    ],
    [
      'the same, by the claim',
      { actor: svc, token: token('root', { actor: undefined, subject: dev, act: { sub: svc.id } }) },
      0,
    ],
    [
      'a claim that names somebody else',
      { actor: svc, token: token('root', { actor: undefined, act: { sub: 'x', iss: 'y' } }) },
      1,
    ],
    ['the person herself', { actor: svc, token: token('root', { actor: undefined, subject: dev }) }, 1],
    ['another environment', { details: { environment: 'staging' }, ...by(dev) }, 0],
    ['an environment that nobody told', { details: {}, ...by(dev) }, 0],
  ] as const)('%s', (_, differs, count) => {
    expect(act(differs, { environments: [prod] })).toHaveLength(count);
  });

  it('takes two names of one principal for one', () => {
    const alias = { id: 'deploy-client', kind: 'service' } as const;
    expect(act(by(svc, alias), { environments: [prod] })).toHaveLength(1);
    expect(act(by(svc, alias), { environments: [prod] }, { ...strangers, same: () => true })).toEqual([]);
  });

  it('knows whom a claim names by its issuer', () => {
    const held = token('root', { actor: undefined, act: { sub: 'x', iss: 'y' } });
    const named: string[] = [];
    const people = {
      ...strangers,
      same: (_: unknown, other: { id: string; iss?: string | undefined }) => {
        named.push(`${other.iss} ${other.id}`);
        return true;
      },
    };
    act({ actor: svc, token: held }, { environments: [prod] }, people);
    expect(named).toEqual(['y x']);
  });

  it('fits any of several rows, and none that says nothing of who', () => {
    const environments = [{ environment: '*' }, prod, { environment: 'prod', principals: ['dev@*'] }];
    expect(act(by(dev), { environments })).toEqual([]);
    expect(act(by({ id: 'x', kind: 'agent' }), { environments })).toHaveLength(1);
    expect(act(by(dev), { environments: [{ environment: '*' }] })).toEqual([]);
  });
});

describe('when', () => {
  // 2026-01-05 is a Monday, actions happen at 08:10.
  const closing = (from: string, to: string, days = ['mon']) => ({
    environments: [{ environment: 'prod', windows: [{ days, from, to }] }],
  });

  it.each([
    ['inside', closing('08:00', '09:00'), {}, []],
    ['on another day', closing('08:00', '09:00', ['tue']), {}, ['outside-window']],
    ['within the skew after the end', closing('08:00', '08:10'), { atMs: at(11) - 1 }, []],
    ['past the skew after the end', closing('08:00', '08:10'), { atMs: at(11) }, ['outside-window']],
    ['within the skew before the beginning', closing('08:11', '09:00'), { atMs: at(10) }, []],
    ['before the skew', closing('08:11', '09:00'), { atMs: at(10) - 1 }, ['outside-window']],
    ['reading', closing('09:00', '10:00'), { effect: 'read' }, []],
    ['in another environment', closing('09:00', '10:00'), { details: { environment: 'dev' } }, []],
  ] as const)('%s', (_, rules, differs, expected) => {
    expect(facts(act(differs, rules))).toEqual(expected);
  });

  it('takes an effect that nobody knows for a signal', () => {
    const unknown = { effect: 'unknown', needs: 'tool:frob', action: 'frob' } as const;
    expect(act(unknown, closing('09:00', '10:00'))).toMatchObject([{ kind: 'signal', severity: 'low' }]);
    expect(act({}, closing('09:00', '10:00'))).toMatchObject([
      { kind: 'alert', evidence: { windows: ['mon 09:00-10:00'] } },
    ]);
  });

  it('lets the first row that fits who acts decide', () => {
    const windows = [{ days: ['mon'], from: '09:00', to: '10:00' }];
    const environments = [
      { environment: 'prod', principals: ['svc/*'] },
      { environment: 'prod', windows },
    ];
    expect(facts(act(by(svc), { environments }))).toEqual([]);
    expect(facts(act({ actor: undefined, token: undefined }, { environments }))).toEqual(['outside-window']);
    const turned = environments.toReversed();
    expect(facts(act(by(svc), { environments: turned }))).toEqual(['outside-window']);
  });
});

describe('change freeze', () => {
  const freeze = (differs: object = {}) => ({
    changeFreezes: [{ during: { from: '2026-01-05T08:00:00Z', to: '2026-01-05T08:30:00Z' }, ...differs }],
  });

  it.each([
    ['in it', freeze(), { atMs: at(10) }, 1],
    ['within the skew of its beginning', freeze(), { atMs: at(1) - 1 }, 0],
    ['past the skew of its beginning', freeze(), { atMs: at(1) }, 1],
    ['a moment before the skew of its end', freeze(), { atMs: at(29) - 1 }, 1],
    ['within the skew of its end', freeze(), { atMs: at(29) }, 0],
    ['reading', freeze(), { effect: 'read' }, 0],
    ['an effect that nobody knows', freeze(), { effect: 'unknown', needs: 'tool:frob', action: 'frob' }, 0],
    ['of another environment', freeze({ environments: ['dev'] }), {}, 0],
    ['by whom it excepts', freeze({ except: ['svc/*'] }), by(svc), 0],
    ['by whom it excepts with the credential of another', freeze({ except: ['svc/*'] }), by(svc, dev), 1],
    ['by nobody that anyone knows', freeze({ except: ['*'] }), { actor: undefined, token: undefined }, 1],
    ['where nobody tells the environment', freeze(), { details: {} }, 0],
  ] as const)('%s', (_, rules, differs, count) => {
    expect(act(differs, rules)).toHaveLength(count);
  });

  it('says until when', () => {
    expect(act({}, freeze())).toMatchObject([
      { fact: 'change-freeze', evidence: { frozenTo: '2026-01-05T08:30:00Z' } },
    ]);
  });
});

describe('crossed environments', () => {
  const environments = [{ environment: 'prod*' }, { environment: 'dev*' }];
  const issuedFor = (environment: string | undefined) => ({ token: token('root', { environment }) });

  it.each([
    ['the same', issuedFor('prod'), []],
    ['two names of one row', issuedFor('production'), []],
    ['another one', issuedFor('dev'), ['alert']],
    ['one that policy does not know', issuedFor('lab'), ['signal']],
    ['no environment', issuedFor(undefined), []],
    ['no token', { token: undefined }, []],
    ['a refused use', { ...issuedFor('dev'), outcome: 'denied' }, ['signal']],
  ] as const)('%s', (_, differs, kinds) => {
    expect(act(differs, { environments }).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('does not tell environments apart by a row for all of them', () => {
    const all = { environments: [{ environment: '*' }, ...environments] };
    expect(act(issuedFor('dev'), all)).toMatchObject([{ kind: 'alert' }]);
  });

  it('follows the lineage to the nearest that says so', () => {
    const held = lineOf({ environment: 'dev', eventIds: ['login'] }, { parentLevel: 4 }, {});
    expect(act({ token: held }, { environments })).toMatchObject([
      {
        fact: 'crossed-environments',
        title: 'CRM agent did tool:send_mail in prod, with a credential of dev',
        evidence: { issuedFor: 'dev', credential: 'root', linkLevel: 4 },
        eventIds: ['call-event-1', 'login', 'issued-hop-2'],
        linkLevel: 4,
      },
    ]);
    expect(act({ token: lineOf({ environment: 'dev' }, { environment: 'prod' }) }, { environments })).toEqual(
      [],
    );
    expect(act({ token: lineOf({}, {}) }, { environments })).toEqual([]);
  });
});

it('looks at actions only, and never pages for the platform', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(environmentBoundary, sighting)).toEqual([]);
  expect(act({ ...by(dev), platform: true }, { environments: [prod] })).toMatchObject([{ kind: 'signal' }]);
  const bare = { actor: dev, token: undefined };
  expect(act(bare, { environments: [prod] })).toMatchObject([{ subject: { kind: 'principal' } }]);
});
