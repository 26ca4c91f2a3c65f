import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import {
  action,
  approval,
  chain,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { toxicFlow } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const labels = [
  { actions: ['tool:browse', 'tool:read_mail'], labels: ['untrusted-input'] },
  { actions: ['crm:read', 'tool:read_mail'], labels: ['sensitive-read'] },
  { actions: ['vault:read'], labels: ['secret-read'] },
  { actions: ['tool:send_mail', 'tool:post'], labels: ['external-send'] },
];

function step(minutes: number, needs: string, place?: string, differs: Partial<ActionView> = {}): ActionView {
  const [system, resource] = place?.split('/') ?? [];
  return action({
    id: `${needs}-${minutes}`,
    atMs: at(minutes),
    needs,
    action: needs,
    target: system === undefined ? undefined : { system, resource },
    eventIds: [`event-${minutes}`],
    ...differs,
  });
}

const browse = step(1, 'tool:browse', 'web/page');
const crm = step(2, 'crm:read', 'crm/7');
const send = step(3, 'tool:send_mail', 'mail/mallory');

function see(actions: readonly ActionView[], differs: Partial<ChainView> = {}, rules: object = { labels }) {
  const shown = chain({ actions, ...differs });
  return look(toxicFlow, { on: 'chain', chain: shown, feeds: silentFeeds, policy: policy(rules) });
}

const kinds = (found: readonly { kind: string }[]) => found.map(({ kind }) => kind);

it('says what came in, what was read, and where it went', () => {
  expect(see([browse, crm, send])).toEqual([
    {
      subject: { kind: 'chain', key: token('root').key, label: 'root' },
      fact: 'untrusted-to-external',
      kind: 'alert',
      severity: 'high',
      title:
        'CRM agent did tool:send_mail to mail/mallory, after tool:browse took in what strangers write and crm:read what is sensitive',
      atMs: at(3),
      evidence: {
        input: 'tool:browse',
        inputBy: 'CRM agent',
        inputAt: '2026-01-05T08:01:00.000Z',
        sensitive: 'crm:read',
        sensitiveBy: 'CRM agent',
        sensitiveAt: '2026-01-05T08:02:00.000Z',
        sent: 'tool:send_mail',
        sentBy: 'CRM agent',
        sentAt: '2026-01-05T08:03:00.000Z',
        target: 'mail/mallory',
        targetIsNew: true,
        outcome: 'accepted',
        approved: false,
        sendings: 1,
      },
      eventIds: ['event-3', 'event-1', 'event-2'],
      settlesAtMs: at(13),
      shownBy: 'tool:send_mail-3',
      revoke: token('root').ref,
    },
  ]);
});

describe('the order', () => {
  const mailbox = step(1, 'tool:read_mail', 'mail/inbox');
  it.each([
    ['input, data, out', [browse, crm, send], ['alert']],
    ['input, secret, out', [browse, step(2, 'vault:read', 'vault/x'), send], ['alert']],
    ['a mailbox is both', [mailbox, send], ['alert']],
    ['data before the input', [step(0, 'crm:read', 'crm/7'), browse, send], ['signal']],
    ['data before and after the input', [step(0, 'crm:read', 'crm/8'), browse, crm, send], ['alert']],
    ['out before the data', [browse, send, step(4, 'crm:read', 'crm/7')], []],
    ['out before the input', [step(0, 'tool:send_mail', 'mail/x'), browse, crm], []],
    ['no input', [crm, send], []],
    ['no data', [browse, send], []],
    ['nothing out', [browse, crm], []],
    ['an input that was refused', [{ ...browse, outcome: 'denied' }, crm, send], []],
    ['data that was refused', [browse, { ...crm, outcome: 'denied' }, send], []],
    ['a sending that was refused', [browse, crm, { ...send, outcome: 'denied' }], ['signal']],
    ['a sending by the platform', [browse, crm, { ...send, platform: true }], ['signal']],
    [
      'several agents',
      [browse, { ...crm, actor: { id: 'a', kind: 'agent' } }, { ...send, actor: { id: 'b', kind: 'agent' } }],
      ['alert'],
    ],
  ] as const)('%s', (_, actions, expected) => {
    expect(kinds(see(actions))).toEqual(expected);
  });
});

describe('the place', () => {
  const early = (place: string) => step(0, 'crm:write', place);
  it.each([
    ['where the chain was before the input', [early('mail/mallory'), browse, crm, send], []],
    ['another one of the same system', [early('mail/bob'), browse, crm, send], ['alert']],
    ['a system of which some place was used', [early('mail'), browse, crm, send], ['signal']],
    [
      'a system that is used as such',
      [early('mail/bob'), browse, crm, { ...send, target: { system: 'mail' } }],
      ['signal'],
    ],
    ['the same system as such', [early('mail'), browse, crm, { ...send, target: { system: 'mail' } }], []],
    ['one that nobody tells', [browse, crm, { ...send, target: undefined }], ['signal']],
    [
      'one that was prepared after the input',
      [browse, step(1.5, 'crm:write', 'mail/mallory'), crm, send],
      ['alert'],
    ],
    [
      'where the input came from',
      [browse, crm, { ...send, target: { system: 'web', resource: 'page' } }],
      [],
    ],
    [
      'where a refused call went before',
      [{ ...early('mail/mallory'), outcome: 'denied' }, browse, crm, send],
      ['alert'],
    ],
  ] as const)('%s', (_, actions, expected) => {
    expect(kinds(see(actions))).toEqual(expected);
  });
});

describe('of several', () => {
  const approved = { ...send, approval: approval('a1', { grants: [{} as never] }) };

  it('pages for none that a person approved', () => {
    expect(see([browse, crm, approved])).toMatchObject([{ kind: 'signal', evidence: { approved: true } }]);
    const asked = { ...send, approval: approval('a1') };
    expect(kinds(see([browse, crm, asked]))).toEqual(['alert']);
  });

  it('shows the first that pages', () => {
    const second = step(4, 'tool:post', 'web/other', { token: token('root', { standing: true }) });
    const [found] = see([browse, crm, approved, second]);
    expect(found).toMatchObject({ kind: 'alert', shownBy: 'tool:post-4', evidence: { sendings: 2 } });
    expect(found).not.toHaveProperty('revoke');
  });
});

it('names whoever holds the credential where nobody says who acted', () => {
  expect(see([browse, crm, { ...send, actor: undefined }])[0]?.evidence['sentBy']).toBe('CRM agent');
});

it('costs nothing without labels, of the platform, and looks at chains only', () => {
  expect(see([browse, crm, send], {}, {})).toEqual([]);
  expect(see([browse, crm, send], { platform: true })).toEqual([]);
  expect(look(toxicFlow, { on: 'action', action: send, policy: policy({ labels }) })).toEqual([]);
});
