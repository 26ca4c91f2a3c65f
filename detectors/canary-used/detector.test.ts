import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import { action, bot, lineOf, look, minuteMs, policy, startMs, token } from '../../test/support/views.ts';
import { canaryUsed } from './detector.ts';

const digest = 'QmFpdCBmb3Igbm9ib2R5LCBsYWlkIG91dCBvbiBwdXI';
const rules = {
  canaries: { tokens: ['bait', `sha256:${digest}`], principals: ['agent/ghost-*', 'ghost-client'] },
};
const bait = token('bait');
const plain = token('plain');
const ghost = { id: 'agent/ghost-7', kind: 'agent' } as const;

const use = (held: TokenView | undefined, differs: Partial<ActionView> = {}, trap: object = rules) =>
  look(canaryUsed, { on: 'action', action: action({ token: held, ...differs }), policy: policy(trap) });
const see = (held: TokenView, trap: object = rules) =>
  look(canaryUsed, { on: 'token', token: held, policy: policy(trap) });

describe('used in a call', () => {
  it('says who did what with it', () => {
    expect(use(bait)).toEqual([
      {
        subject: { kind: 'token', key: bait.key, label: 'bait' },
        fact: 'canary-used',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent did tool:send_mail with the credential of a canary',
        atMs: startMs + 10 * minuteMs,
        evidence: {
          canary: 'bait',
          canaryBy: 'token',
          usedAs: 'call',
          user: 'agent/crm',
          action: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T08:10:00.000Z',
        },
        eventIds: ['call-event-1', 'issued-bait'],
        revoke: bait.ref,
      },
    ]);
  });

  it.each([
    ['accepted', 'alert', 'did'],
    ['unknown', 'alert', 'did'],
    ['denied', 'alert', 'tried'],
    ['failed', 'alert', 'tried'],
  ] as const)('pages when it was %s', (outcome, kind, verb) => {
    expect(use(bait, { outcome })).toMatchObject([{ kind, severity: 'critical' }]);
    expect(use(bait, { outcome })[0]?.title).toContain(` ${verb} `);
  });

  it('never pages for the platform', () => {
    expect(use(bait, { platform: true })).toMatchObject([{ kind: 'signal', severity: 'medium' }]);
  });

  it.each([
    ['by its jti', bait, 'bait'],
    ['by its digest', token('x', { ref: { hash: `sha256:${digest}` } }), `sha256:${digest}`],
    [
      'by jti or digest',
      token('x', { ref: { iss: 'i', jti: 'x', hash: `sha256:${digest}` } }),
      `sha256:${digest}`,
    ],
    ['by its subject', token('x', { subject: ghost }), 'agent/ghost-7'],
    ['by its actor', token('x', { actor: ghost }), 'agent/ghost-7'],
    ['by its client', token('x', { client: 'ghost-client' }), 'ghost-client'],
    ['by what it was made from', lineOf({ actor: ghost }, {}, {}), 'agent/ghost-7'],
  ])('knows bait %s', (_, held, canary) => {
    expect(use(held)).toMatchObject([{ evidence: { canary } }]);
  });

  it('reads a digest without the name of its algorithm', () => {
    const trap = { canaries: { tokens: [digest] } };
    expect(use(token('x', { ref: { hash: `sha256:${digest}` } }), {}, trap)).toHaveLength(1);
  });

  it('folds what is done below the bait into one finding on the bait', () => {
    expect(use(lineOf({ actor: ghost }, {}))).toMatchObject([
      { subject: { label: 'root' }, revoke: { jti: 'hop-1' } },
    ]);
  });

  it('knows somebody who goes by the name of bait', () => {
    expect(use(plain, { actor: ghost })).toMatchObject([
      {
        subject: { label: 'plain' },
        title: 'agent/ghost-7 did tool:send_mail with the name of a canary',
        revoke: plain.ref,
      },
    ]);
    const [found] = use(undefined, { actor: ghost });
    expect(found).toMatchObject({
      subject: { kind: 'principal', label: 'agent/ghost-7' },
      eventIds: ['call-event-1'],
    });
    expect(found).not.toHaveProperty('revoke');
  });

  it('knows bait in the hands of nobody', () => {
    expect(use(bait, { actor: undefined })).toMatchObject([
      { title: 'Somebody did tool:send_mail with the credential of a canary', evidence: { user: null } },
    ]);
  });

  it.each([
    ['another credential', plain, {}, rules],
    ['no credential', undefined, {}, rules],
    ['a call of nobody', plain, { actor: undefined }, rules],
    ['a name that only starts alike', token('bait-2'), {}, rules],
    ['bait that is not laid out', bait, { actor: bot }, {}],
  ])('says nothing of %s', (_, held, differs, trap) => {
    expect(use(held, differs, trap)).toEqual([]);
  });
});

describe('shown to a server', () => {
  const rejection = {
    atMs: startMs + 2 * minuteMs,
    reason: 'expired',
    by: 'https://crm',
    eventId: 'rejected-1',
  };
  const introspection = { atMs: startMs + minuteMs, active: true, by: 'https://gw', eventId: 'asked-1' };

  it.each([
    ['refused', { rejections: [rejection] }, 'refused: expired', 'rejected-1'],
    ['asked about', { introspections: [introspection] }, 'introspection', 'asked-1'],
    [
      'first asked about',
      { rejections: [rejection], introspections: [introspection] },
      'introspection',
      'asked-1',
    ],
  ])('it was %s', (_, differs, usedAs, eventId) => {
    expect(see(token('bait', differs))).toMatchObject([
      {
        fact: 'canary-used',
        kind: 'alert',
        severity: 'critical',
        evidence: { usedAs },
        eventIds: [eventId, 'issued-bait'],
      },
    ]);
  });

  it('says to whom', () => {
    expect(see(token('bait', { rejections: [rejection] }))[0]?.title).toBe(
      'Somebody showed bait, a canary, to https://crm',
    );
  });

  it('is nothing for another credential, and nothing for bait that was only laid out', () => {
    expect(see(token('plain', { rejections: [rejection] }))).toEqual([]);
    expect(see(bait)).toEqual([]);
    expect(see(token('bait', { rejections: [rejection] }), {})).toEqual([]);
  });
});

describe('asked for a token', () => {
  it('says in whose name', () => {
    expect(see(token('new', { subject: ghost }))).toMatchObject([
      {
        subject: { label: 'new' },
        fact: 'canary-used',
        kind: 'alert',
        severity: 'critical',
        title: 'Somebody got new in the name of agent/ghost-7, a canary',
        evidence: { usedAs: 'sign-in', shownTo: 'https://as.example' },
      },
    ]);
    expect(
      see(token('new', { subject: ghost, iatMs: undefined, issuer: undefined, grant: undefined })),
    ).toMatchObject([{ atMs: startMs, evidence: { shownTo: null, grant: null } }]);
  });

  it.each([
    ['a key that is laid out', { subject: ghost, standing: true }],
    ['a token that nobody reported', { subject: ghost, issued: false }],
    ['bait by its own name', { ref: { iss: 'i', jti: 'bait' } }],
  ])('is nothing for %s', (_, differs) => {
    expect(see(token('new', differs))).toEqual([]);
  });
});

describe('exchanged', () => {
  it('says who got what for it', () => {
    expect(see(token('child', { parent: bait, parentLevel: 2 }))).toMatchObject([
      {
        subject: { label: 'bait' },
        fact: 'canary-exchanged',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent got a token for bait, a canary',
        evidence: { canary: 'bait', child: 'child', actor: 'agent/crm', client: 'crm-client', linkLevel: 2 },
        revoke: { jti: 'child' },
        linkLevel: 2,
      },
    ]);
  });

  it('is told where it happened, whatever is made of it later', () => {
    const child = token('child', { parent: bait });
    expect(see(token('grandchild', { parent: child }))).toEqual([]);
    expect(see({ ...child, parentLevel: undefined, actor: undefined, client: undefined })).toMatchObject([
      { linkLevel: 4, evidence: { actor: null, client: null } },
    ]);
  });
});

it('says null of what nobody told, and dates it by its report', () => {
  const child = token('child', { parent: bait, iatMs: undefined, grant: undefined });
  expect(see(child)).toMatchObject([{ atMs: startMs, evidence: { grant: null } }]);
});

it('has nothing to say of tools', () => {
  const tool = { key: 'k', server: undefined, name: 't', definitions: [] };
  expect(look(canaryUsed, { on: 'tool', tool, policy: policy(rules) })).toEqual([]);
});
