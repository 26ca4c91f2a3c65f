import { describe, expect, it } from 'vitest';
import type { ActionView } from '../../src/domain/chain.ts';
import * as views from '../../test/support/views.ts';
import { action, minuteMs, policy, startMs, token } from '../../test/support/views.ts';
import { createScopeCreep } from './detector.ts';

const scopeCreep = createScopeCreep();

function use(differs: Partial<ActionView>, rules: object = {}) {
  return views.look(scopeCreep, { on: 'action', action: action(differs), policy: policy(rules) });
}

describe('use beyond scope', () => {
  const tools = (...names: string[]) => token('root', { scope: names.map((name) => `tool:${name}`) });

  it('alerts on an accepted write that the token does not grant', () => {
    const held = tools('read_mail', 'list_mail');
    expect(use({ token: held })).toEqual([
      {
        subject: { kind: 'token', key: held.key, label: 'root' },
        fact: 'use-beyond-scope',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent used tool:send_mail, which its token does not grant',
        atMs: startMs + 10 * minuteMs,
        evidence: {
          needs: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
          weight: 3,
          held: ['tool:list_mail', 'tool:read_mail'],
          heldCount: 2,
          system: null,
          resource: null,
        },
        eventIds: ['call-event-1', 'issued-root'],
        revoke: held.ref,
      },
    ]);
  });

  const frobnicate = { action: 'frobnicate', needs: 'tool:frobnicate' };
  it.each([
    ['a read', { effect: 'read' }, 'signal', 'low'],
    ['an effect that nobody knows', { ...frobnicate, effect: 'unknown' }, 'signal', 'medium'],
    ['an effect that only the name tells', { effect: 'unknown' }, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'high'],
    ['a change of access', { effect: 'admin' }, 'alert', 'critical'],
    ['nobody reporting a refusal', { outcome: 'unknown' }, 'alert', 'high'],
    ['a refusal', { outcome: 'denied' }, 'signal', 'low'],
    ['a failure', { outcome: 'failed' }, 'signal', 'low'],
    ['the platform itself', { platform: true }, 'signal', 'high'],
  ] as const)('%s (%j) is %s, %s', (_, differs, kind, severity) => {
    expect(use({ token: tools('read_mail'), ...differs })).toMatchObject([{ kind, severity }]);
  });

  it('asks policy what a tool does that nobody else knows', () => {
    const rules = { effects: [{ action: 'tool:frobnicate', effect: 'admin' }] };
    const unknown = { ...frobnicate, effect: 'unknown', token: tools('read_mail') } as const;
    expect(use(unknown, rules)).toMatchObject([{ kind: 'alert', evidence: { effect: 'admin' } }]);
  });

  it('says that a refused use was only tried', () => {
    expect(use({ token: tools('read_mail'), outcome: 'denied' })[0]?.title).toContain(
      'tried to use tool:send_mail',
    );
  });

  const api = (scope: readonly string[]) =>
    ({
      kind: 'api',
      tool: undefined,
      target: { system: 'crm', resource: '/contacts/1' },
      needs: 'crm:write',
      token: token('root', { scope }),
    }) as const;

  it('compares API calls with the grants of their own system', () => {
    expect(use(api(['crm:read']))).toMatchObject([
      { kind: 'alert', evidence: { system: 'crm', resource: '/contacts/1', held: ['crm:read'] } },
    ]);
  });

  it.each([
    ['grants of another system only', api(['erp:read'])],
    ['a grant of a system whose name only starts alike', api(['crmadmin:read'])],
    ['an API call to nowhere in particular', { ...api(['crm:read']), target: undefined }],
    ['no tool grant at all', { token: token('root', { scope: ['crm:read'] }) }],
    ['the grant itself', { token: tools('send_mail') }],
    ['a wildcard that an exact dialect does not read', { token: tools('read_mail', '*') }],
    ['no token', { token: undefined }],
    ['a token of unknown scope', { token: token('root', { scope: undefined }) }],
    ['a change that needs no grant', { kind: 'change', needs: undefined }],
  ] as const)('stays quiet about %s', (_, differs) => {
    expect(use(differs)).toEqual([]);
  });

  it('reads the scope that a resource server saw where no issuer spoke', () => {
    const held = token('root', { scope: undefined, issuer: undefined });
    expect(use({ token: held, presented: { scope: ['tool:read_mail'] } })).toMatchObject([{ kind: 'alert' }]);
  });

  it('names the holder where the actor is unknown, and the server of the tool', () => {
    const [finding] = use({
      token: tools('read_mail'),
      actor: undefined,
      tool: { name: 'send_mail', server: 'https://mail.example' },
    });
    expect(finding).toMatchObject({
      title: 'CRM agent used tool:send_mail, which its token does not grant',
      evidence: { system: 'https://mail.example' },
    });
  });

  it('lets a hierarchical grant cover what lies below it', () => {
    const rules = { scopes: [{ issuer: views.issuer, dialect: 'hierarchical' }] };
    expect(use(api(['crm']), rules)).toEqual([]);
    expect(use(api(['crm', 'crm:read']), rules)).toEqual([]);
  });
});
