import { describe, expect, it } from 'vitest';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { secretToNewTarget } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const own = token('own');

function step(minutes: number, needs: string, differs: Partial<ActionView> = {}): ActionView {
  const [system = '', verb = ''] = needs.split(':');
  return action({
    id: `${needs}-${minutes}`,
    kind: 'api',
    atMs: at(minutes),
    tool: undefined,
    needs,
    action: verb,
    effect: verb.startsWith('write') ? 'write' : 'read',
    target: { system },
    token: own,
    eventIds: [`event-${minutes}`],
    ...differs,
  });
}

const work = step(0, 'crm:read');
const secret = step(1, 'vault:read');
const turn = step(2, 'erp:write', { token: token('found') });

function see(
  actions: readonly ActionView[],
  differs: Partial<ChainView> = {},
  rules: object = {},
  config = {},
) {
  const needs = actions.map((one) => one.needs ?? '');
  const shown = chain({ actions, needs, targetCount: 3, ...differs });
  return look(
    secretToNewTarget,
    { on: 'chain', chain: shown, feeds: silentFeeds, policy: policy(rules) },
    config,
  );
}

it('says what was fetched, and where the chain turned', () => {
  expect(see([work, secret, turn])).toEqual([
    {
      subject: { kind: 'chain', key: token('root').key, label: 'root' },
      fact: 'secret-then-new-target',
      kind: 'signal',
      severity: 'medium',
      title: 'CRM agent did erp:write on erp, where the chain had not been before vault:read',
      atMs: at(2),
      evidence: {
        secret: 'vault:read',
        secretFrom: 'vault',
        readBy: 'CRM agent',
        readAt: '2026-01-05T08:01:00.000Z',
        action: 'erp:write',
        target: 'erp',
        effect: 'write',
        usedBy: 'CRM agent',
        usedAt: '2026-01-05T08:02:00.000Z',
        afterSeconds: 60,
        withToken: true,
        systems: 1,
      },
      eventIds: ['event-2', 'event-1'],
      settlesAtMs: at(12),
      shownBy: 'erp:write-2',
    },
  ]);
});

describe('a turn', () => {
  const second = step(3, 'iam:write', { token: undefined });
  it.each([
    ['without any credential', [work, secret, { ...turn, token: undefined }], 1],
    ['with the credential of the work', [work, secret, { ...turn, token: own }], 0],
    ['with the one that read the secret', [work, { ...secret, token: token('found') }, turn], 0],
    ['to a system that it knows', [step(0, 'erp:read'), secret, turn], 0],
    ['to no system', [work, secret, { ...turn, target: undefined }], 0],
    ['before the secret', [work, step(0.5, 'erp:write', { token: token('found') }), secret], 0],
    ['after a secret with which the chain begins', [secret, work, turn], 0],
    ['after one that was refused', [work, { ...secret, outcome: 'denied' }, turn], 0],
    ['that was refused', [work, secret, { ...turn, outcome: 'denied' }], 0],
    ['by the platform', [work, secret, { ...turn, platform: true }], 0],
    ['at the end of the time', [work, secret, step(61, 'erp:write', { token: undefined })], 1],
    ['after it', [work, secret, step(61 + 1 / minuteMs, 'erp:write', { token: undefined })], 0],
    ['to another secret store', [work, secret, step(2, 'vault:read2')], 0],
    ['of two', [work, secret, turn, second], 1],
  ] as const)('%s', (_, actions, count) => {
    expect(see(actions)).toHaveLength(count);
  });

  it('shows the one that changed something, else the first', () => {
    const reading = step(2, 'erp:read', { token: undefined });
    expect(see([work, secret, reading])).toMatchObject([{ severity: 'low' }]);
    expect(see([work, secret, reading, second])).toMatchObject([
      { severity: 'medium', evidence: { action: 'iam:write', withToken: false, systems: 2 } },
    ]);
  });

  it('takes the time from the configuration', () => {
    expect(see([work, secret, turn], {}, {}, { withinSeconds: 59 })).toEqual([]);
  });
});

describe('a secret', () => {
  const fetched = step(1, 'kms:open');
  it.each([
    ['by policy', { labels: [{ actions: ['kms:*'], labels: ['secret-read'] }] }, {}, 1],
    ['by configuration', {}, { secretReads: ['kms:*'] }, 1],
    ['by neither', {}, {}, 0],
    ['by another label', { labels: [{ actions: ['kms:*'], labels: ['sensitive-read'] }] }, {}, 0],
  ])('%s', (_, rules, config, count) => {
    expect(see([work, fetched, turn], {}, rules, config)).toHaveLength(count);
  });
});

it('costs nothing without a secret, and looks at chains only', () => {
  expect(see([work, secret, turn], { needs: ['crm:read'] })).toEqual([]);
  expect(see([work, secret, turn], { targetCount: 1 })).toEqual([]);
  expect(see([work, secret, turn], { platform: true })).toEqual([]);
  expect(look(secretToNewTarget, { on: 'action', action: turn, policy: policy() })).toEqual([]);
});
