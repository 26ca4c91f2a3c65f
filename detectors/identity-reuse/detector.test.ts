import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import {
  action,
  bot,
  lineOf,
  look,
  minuteMs,
  policy,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { identityReuse } from './detector.ts';

const human: Principal = { id: 'ann@example', kind: 'human' };
const bob: Principal = { id: 'bob@example', kind: 'human' };
const evil: Principal = { id: 'agent/evil', kind: 'agent' };
const exporter: Principal = { id: 'service/exporter', kind: 'service' };
const mirror: Principal = { id: 'service/mirror', kind: 'service' };
const pod: Principal = { id: 'spiffe://acme/pod', kind: 'workload' };

function see(
  held: TokenView | undefined,
  user: Principal | undefined,
  differs: Partial<ActionView> = {},
  rules: object = {},
  people = strangers,
) {
  const shown = action({ token: held, actor: user, ...differs });
  return look(identityReuse, { on: 'action', action: shown, policy: policy(rules), people });
}

const own = (differs: Partial<TokenView> = {}) =>
  token('key', {
    subject: human,
    actor: undefined,
    client: undefined,
    tokenKind: 'personal_access_token',
    ...differs,
  });

describe("a person's own credential", () => {
  it('says who used whose', () => {
    expect(see(own(), bot)).toEqual([
      {
        subject: { kind: 'token', key: 'tok:["https://as.example","key"]', label: 'key' },
        fact: 'agent-on-human-credential',
        kind: 'alert',
        severity: 'high',
        title:
          'CRM agent did tool:send_mail with a personal_access_token of ann@example, which names nobody else as its actor',
        atMs: startMs + 10 * minuteMs,
        evidence: {
          user: 'agent/crm',
          userKind: 'agent',
          holder: 'ann@example',
          holderKind: 'human',
          subject: 'ann@example',
          client: null,
          tokenKind: 'personal_access_token',
          action: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
        },
        eventIds: ['call-event-1', 'issued-key'],
        settlesAtMs: startMs + 20 * minuteMs,
        revoke: { iss: 'https://as.example', jti: 'key' },
      },
    ]);
  });

  it.each([
    ['session', 1],
    ['browser_session', 1],
    ['sso_session', 1],
    ['session_cookie', 1],
    ['api_key', 1],
    ['access_key', 1],
    ['ssh_key', 1],
    ['password', 1],
    ['static', 1],
    ['pat', 1],
    ['access_token', 0],
    ['id_token', 0],
    ['path', 0],
    [undefined, 0],
  ])('is one by its kind: %s', (tokenKind, count) => {
    expect(see(own({ tokenKind }), bot)).toHaveLength(count);
  });

  it.each([
    ['that no other client got', { client: 'ann@example' }, 1],
    ['that was given to a client', { client: 'crm-app' }, 0],
    ['that lives on and names no client', { standing: true }, 1],
    ['that lives on in a client', { standing: true, client: 'crm-app' }, 0],
    ['that names its owner as its actor', { client: 'ann@example', actor: human }, 1],
    ['that was made for the agent', { client: 'ann@example', actor: bot }, 0],
  ] as const)('is one %s', (_, differs, count) => {
    expect(see(own({ tokenKind: 'access_token', ...differs }), bot)).toHaveLength(count);
  });

  it.each([
    ['an agent', bot, {}, 'alert', 'high'],
    ['an orchestrator', { id: 'planner', kind: 'orchestrator' }, {}, 'alert', 'high'],
    ['a service', exporter, {}, 'signal', 'medium'],
    ['a workload', pod, {}, 'signal', 'medium'],
    ['an agent that was refused', bot, { outcome: 'denied' }, 'signal', 'low'],
    ['an agent that failed', bot, { outcome: 'failed' }, 'signal', 'low'],
    ['the platform', bot, { platform: true }, 'signal', 'low'],
    ['an agent that deletes', bot, { effect: 'delete' }, 'alert', 'critical'],
  ] as const)('in the hands of %s', (_, user, differs, kind, severity) => {
    expect(see(own(), user, differs)).toMatchObject([{ fact: 'agent-on-human-credential', kind, severity }]);
  });

  it.each([
    ['its owner', human],
    ['another person', bob],
    ['somebody of unknown kind', { id: 'x', kind: 'unknown' }],
    ['nobody', undefined],
  ] as const)('says nothing of %s', (_, user) => {
    expect(see(own(), user)).toEqual([]);
  });

  it('is called a credential where nobody says what it is', () => {
    expect(see(own({ tokenKind: undefined, standing: true }), bot)[0]?.title).toContain(
      'with a credential of ann',
    );
  });
});

describe('one credential in two hands', () => {
  const delegated = token('tok', { subject: human, actor: bot, client: 'crm-client' });

  it.each([
    ['the agent it was given to', delegated, bot, 0],
    ['that agent, of which only one side tells the issuer', delegated, { ...bot, iss: 'https://as' }, 0],
    ['that agent under its name as a client', delegated, { id: 'crm-client', kind: 'agent' }, 0],
    ['the current actor of its claim', { ...delegated, act: { sub: 'agent/evil' } }, evil, 0],
    [
      'an earlier actor of its claim',
      { ...delegated, act: { sub: 'agent/crm', act: { sub: 'agent/evil' } } },
      evil,
      1,
    ],
    ['another agent', delegated, evil, 1],
    ['an orchestrator', delegated, { id: 'planner', kind: 'orchestrator' }, 1],
    ['a workload, whose names are others', delegated, pod, 0],
    ['somebody of unknown kind', delegated, { id: 'x', kind: 'unknown' }, 0],
    ['the service itself', token('svc', { subject: exporter, actor: undefined }), exporter, 0],
    ['another service', token('svc', { subject: exporter, actor: undefined }), mirror, 1],
    ['a workload in place of a service', token('svc', { subject: exporter, actor: undefined }), pod, 1],
    ['whoever, of an actor of unknown kind', { ...delegated, actor: { id: 'x', kind: 'unknown' } }, evil, 0],
    ['whoever, of nobody', token('tok', { subject: undefined, actor: undefined }), evil, 0],
  ] as const)('%s', (_, held, user, count) => {
    expect(see(held, user)).toHaveLength(count);
  });

  it('says to whom it was given', () => {
    expect(see(delegated, evil)).toMatchObject([
      {
        fact: 'two-hands',
        kind: 'alert',
        title: 'agent/evil did tool:send_mail with tok, which was given to CRM agent',
        evidence: { user: 'agent/evil', holder: 'agent/crm', holderKind: 'agent', subject: 'ann@example' },
        settlesAtMs: startMs + 20 * minuteMs,
      },
    ]);
    expect(see(delegated, evil, { outcome: 'denied' })).toMatchObject([
      {
        kind: 'signal',
        severity: 'low',
        title: 'agent/evil tried tool:send_mail with tok, which was given to CRM agent',
      },
    ]);
  });

  it('takes linked names for one party', () => {
    const same = (a: Principal, b: Principal) => a.id === 'agent/crm' && b.id === 'agent/evil';
    expect(see(delegated, evil, {}, {}, { ...strangers, same })).toEqual([]);
  });

  it('weighs a sensitive target', () => {
    const rules = { sensitive: { targets: ['payments'] } };
    expect(see(delegated, evil, { target: { system: 'payments' } }, rules)).toMatchObject([
      { severity: 'critical' },
    ]);
  });
});

describe("a machine's credential in a person's hands", () => {
  const key = token('svc', { subject: exporter, actor: undefined, client: undefined });

  it('is a signal, whatever it did', () => {
    expect(see(key, bob, { effect: 'delete' })).toMatchObject([
      {
        fact: 'human-on-machine-credential',
        kind: 'signal',
        severity: 'medium',
        title: 'bob@example did tool:send_mail with svc, a credential of service/exporter',
      },
    ]);
    expect(see(token('tok', { actor: bot }), bob)).toMatchObject([{ fact: 'human-on-machine-credential' }]);
  });

  it.each([
    ['the person in whose name it acts', token('tok', { subject: human, actor: bot }), human],
    ['a person further up', lineOf({ subject: bob }, { subject: exporter, actor: undefined }), bob],
    [
      'a holder of unknown kind',
      token('x', { subject: { id: 'x', kind: 'unknown' }, actor: undefined }),
      bob,
    ],
  ])('is nothing for %s', (_, held, user) => {
    expect(see(held, user)).toEqual([]);
  });

  it('is one for a person who is not the one further up', () => {
    expect(see(lineOf({ subject: undefined }, { subject: exporter, actor: undefined }), bob)).toHaveLength(1);
  });
});

it('says null of what nobody told', () => {
  const held = token('tok', { subject: undefined, actor: bot, client: undefined, tokenKind: undefined });
  expect(see(held, evil)).toMatchObject([{ evidence: { subject: null, client: null, tokenKind: null } }]);
});

it('looks at actions with a credential only', () => {
  expect(see(undefined, bot)).toEqual([]);
  expect(look(identityReuse, { on: 'token', token: own(), policy: policy() })).toEqual([]);
});
