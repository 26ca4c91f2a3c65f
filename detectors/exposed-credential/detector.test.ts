import { describe, expect, it } from 'vitest';
import type { ActionView, Exposure, IdentityChange, PeopleView, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  lineOf,
  look,
  minuteMs,
  policy,
  sourceView,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { exposedCredential } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const leak = (minutes: number, differs: Partial<Exposure> = {}): Exposure => ({
  atMs: at(minutes),
  where: 'public repository',
  by: 'scanner',
  eventId: 'exposed-1',
  ...differs,
});
const change = (minutes: number, kind: IdentityChange['change'] = 'credential-changed'): IdentityChange => ({
  atMs: at(minutes),
  change: kind,
  session: undefined,
  eventId: 'changed-1',
});

/** People of whom something is known, by id; with an issuer, only under that one. */
function known(
  all: Readonly<Record<string, { exposure?: Exposure; changes?: IdentityChange[] }>>,
): PeopleView {
  return {
    ...strangers,
    of: ({ id, iss }) => {
      const { exposure, changes = [] } = all[iss === undefined ? id : `${iss} ${id}`] ?? {};
      return { exposure, changes };
    },
  };
}

const use = (
  held: TokenView | undefined,
  minutes: number,
  { people = strangers, ...differs }: Partial<ActionView> & { people?: PeopleView } = {},
) => {
  const shown = action({ token: held, atMs: at(minutes), ...differs });
  return look(exposedCredential, { on: 'action', action: shown, policy: policy(), people });
};
const mint = (held: TokenView, people: PeopleView = strangers) =>
  look(exposedCredential, { on: 'token', token: held, policy: policy(), people });

describe('a credential that is out', () => {
  const out = token('key', { exposure: leak(5) });

  it('says what it did, since when it is out and where', () => {
    expect(use(out, 7)).toEqual([
      {
        subject: { kind: 'token', key: out.key, label: 'key' },
        fact: 'used-after-exposure',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent did tool:send_mail with key, which is out',
        atMs: at(7),
        evidence: {
          exposed: 'key',
          exposedKind: 'token',
          exposedAt: '2026-01-05T08:05:00.000Z',
          where: 'public repository',
          toldBy: 'scanner',
          lateBySeconds: 120,
          token: 'key',
          action: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T08:07:00.000Z',
        },
        eventIds: ['exposed-1', 'call-event-1', 'issued-key'],
        revoke: out.ref,
      },
    ]);
  });

  it.each([
    ['at that moment', 5, 0],
    ['a moment before the skew is over', 6 - 1 / minuteMs, 0],
    ['when the skew is over', 6, 1],
    ['long after', 6000, 1],
  ])('used %s', (_, minutes, count) => {
    expect(use(out, minutes)).toHaveLength(count);
  });

  it.each([
    ['accepted', {}, 'alert', 'critical', 'did'],
    ['answered by nobody', { outcome: 'unknown' }, 'alert', 'critical', 'did'],
    ['refused', { outcome: 'denied' }, 'signal', 'medium', 'tried'],
    ['a failure', { outcome: 'failed' }, 'signal', 'medium', 'tried'],
    ["the platform's", { platform: true }, 'signal', 'medium', 'did'],
  ] as const)('a use that is %s', (_, differs, kind, severity, verb) => {
    expect(use(out, 7, differs)).toMatchObject([{ kind, severity }]);
    expect(use(out, 7, differs)[0]?.title).toContain(` ${verb} `);
  });

  it.each([
    ['made of it before', 4, 0],
    ['made of it about then', 5.9, 0],
    ['made of it since', 6, 1],
  ])('reaches a token %s', (_, iat, count) => {
    const line = lineOf({ exposure: leak(5) }, { iatMs: at(iat) }, { iatMs: at(iat + 1) });
    expect(use(line, 9)).toHaveLength(count);
  });

  it('reaches nothing of which nobody says when it was made', () => {
    expect(use(lineOf({ exposure: leak(5) }, { iatMs: undefined }), 7)).toEqual([]);
  });

  it('folds what is made of it into one finding on it', () => {
    const line = lineOf({ exposure: leak(5) }, { iatMs: at(6), parentLevel: 2 });
    expect(use(line, 7)).toMatchObject([
      {
        subject: { label: 'root' },
        revoke: { jti: 'root' },
        linkLevel: 2,
        evidence: { token: 'hop-1', exposed: 'root' },
      },
    ]);
  });

  it('says nothing of others', () => {
    expect(use(token('plain'), 7)).toEqual([]);
    expect(use(undefined, 7)).toEqual([]);
  });
});

describe('a token that is made of one that is out', () => {
  it('says when and how', () => {
    const child = lineOf({ exposure: leak(5, { where: undefined, by: undefined }) }, { iatMs: at(6) });
    expect(mint(child)).toMatchObject([
      {
        subject: { label: 'root' },
        fact: 'minted-after-exposure',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent got hop-1 with root, which is out',
        atMs: at(6),
        evidence: {
          token: 'hop-1',
          lateBySeconds: 60,
          mintedAt: '2026-01-05T08:06:00.000Z',
          where: null,
          toldBy: null,
        },
        eventIds: ['exposed-1', 'issued-hop-1', 'issued-root'],
        revoke: { jti: 'root' },
        linkLevel: 1,
      },
    ]);
  });

  it.each([
    ['before the skew is over', { iatMs: at(6) - 1 }, 0],
    ['when the skew is over', { iatMs: at(6) }, 1],
    ['at a time that only its report tells', { iatMs: undefined, firstSeenMs: at(6), grant: undefined }, 1],
    ['by nobody who says so', { iatMs: at(6), issued: false }, 0],
  ])('%s', (_, differs, count) => {
    expect(mint(lineOf({ exposure: leak(5) }, differs))).toHaveLength(count);
  });

  it('is told at the first one only', () => {
    expect(mint(lineOf({ exposure: leak(5) }, { iatMs: at(6) }, { iatMs: at(7) }))).toEqual([]);
  });
});

describe('a principal of whom a credential is out', () => {
  const ann = known({ 'ann@example': { exposure: leak(5) } });

  it('folds everything into one finding on what was signed in, after the lateness', () => {
    expect(use(token('root', { iatMs: at(6) }), 7, { people: ann })).toMatchObject([
      {
        subject: { kind: 'token', label: 'root' },
        fact: 'used-after-exposure',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent did tool:send_mail with a credential of ann@example, which is out',
        evidence: { exposedKind: 'principal', exposed: 'ann@example', token: 'root' },
        settlesAtMs: at(17),
        revoke: { jti: 'root' },
      },
    ]);
    expect(mint(token('root', { iatMs: at(6) }), ann)).toMatchObject([
      {
        subject: { label: 'root' },
        fact: 'minted-after-exposure',
        severity: 'high',
        settlesAtMs: at(16),
      },
    ]);
  });

  it.each([
    ['signed in before', token('root', { iatMs: at(4) }), 7, 0],
    ['signed in about then', token('root', { iatMs: at(6) - 1 }), 7, 0],
    ['signed in since', token('root', { iatMs: at(6) }), 7, 1],
    ['a key made before, used since', token('root', { iatMs: at(-99), standing: true }), 7, 1],
    ['a key made before, used about then', token('root', { iatMs: at(-99), standing: true }), 5.9, 0],
    ['signed in before, exchanged since', lineOf({ iatMs: at(4) }, { iatMs: at(6) }), 7, 0],
    ['signed in since, exchanged later', lineOf({ iatMs: at(6) }, { iatMs: at(7) }), 8, 1],
    ['a long token made of an old one', lineOf({ iatMs: at(4) }, { iatMs: at(6), standing: true }), 7, 0],
    ['at a time that only the report tells', token('root', { iatMs: undefined, firstSeenMs: at(6) }), 7, 1],
  ])('who %s', (_, held, minutes, count) => {
    expect(use(held, minutes, { people: ann })).toHaveLength(count);
  });

  it.each([
    ['the subject of the root', 'ann@example', lineOf({ iatMs: at(6) }, { iatMs: at(7) }), 1],
    [
      'the actor of the root',
      'agent/crm',
      lineOf({ iatMs: at(6) }, { iatMs: at(7), actor: undefined, client: undefined }),
      1,
    ],
    ['the client of the root', 'crm-client', token('root', { iatMs: at(6), actor: undefined }), 1],
    [
      'the actor of an exchange',
      'agent/x',
      lineOf({ iatMs: at(6) }, { iatMs: at(7), actor: { id: 'agent/x', kind: 'agent' } }),
      1,
    ],
    [
      'the client of an exchange without an actor',
      'x-client',
      lineOf({}, { iatMs: at(7), actor: undefined, client: 'x-client' }),
      1,
    ],
    [
      'the client of an exchange with an actor',
      'x-client',
      lineOf({}, { iatMs: at(7), client: 'x-client' }),
      0,
    ],
    [
      'the subject that an exchange only carries',
      'bob',
      lineOf({}, { iatMs: at(7), subject: { id: 'bob', kind: 'human' } }),
      0,
    ],
    ['nobody of them', 'eve', token('root', { iatMs: at(6) }), 0],
    ['nobody at all', 'eve', token('root', { subject: undefined, actor: undefined, client: undefined }), 0],
  ] as const)('is %s', (_, id, held, count) => {
    expect(use(held, 8, { people: known({ [id]: { exposure: leak(5) } }) })).toHaveLength(count);
  });

  it('takes no key from a token that was exchanged before, however long it lives', () => {
    const actor = { id: 'agent/x', kind: 'agent' } as const;
    const held = lineOf({}, { iatMs: at(4), standing: true, actor });
    expect(use(held, 9, { people: known({ 'agent/x': { exposure: leak(5) } }) })).toEqual([]);
  });

  it.each([
    ['changed before the leak', [change(4)], 1],
    ['changed about the leak', [change(4.1)], 0],
    ['changed in between', [change(6.5)], 0],
    ['changed with the sign-in', [change(8)], 0],
    ['changed after the sign-in', [change(8.1)], 1],
    ['disabled in between', [change(6.5, 'disabled')], 1],
  ])('whose credential was %s', (_, changes, count) => {
    const people = known({ 'ann@example': { exposure: leak(5), changes } });
    expect(use(token('root', { iatMs: at(7) }), 9, { people })).toHaveLength(count);
  });

  it('whose credential was changed under its bare name', () => {
    const people = known({ 'https://as ann': { exposure: leak(5) }, ann: { changes: [change(6)] } });
    const held = token('root', { iatMs: at(7), subject: { id: 'ann', iss: 'https://as', kind: 'human' } });
    expect(use(held, 9, { people })).toEqual([]);
  });

  it.each([
    ['before the use', 6, 0],
    ['after the use', 8.1, 1],
  ])('whose key was replaced %s', (_, minutes, count) => {
    const people = known({ 'ann@example': { exposure: leak(5), changes: [change(minutes)] } });
    expect(use(token('root', { iatMs: at(-99), standing: true }), 7, { people })).toHaveLength(count);
  });

  it.each([
    ['under its full name', { 'https://as ann': { exposure: leak(5) } }, 'exposed-1'],
    ['under its bare name', { ann: { exposure: leak(5, { eventId: 'bare' }) } }, 'bare'],
    [
      'under both, first bare',
      { ann: { exposure: leak(4, { eventId: 'bare' }) }, 'https://as ann': { exposure: leak(5) } },
      'bare',
    ],
    [
      'under both, first full',
      { ann: { exposure: leak(6, { eventId: 'bare' }) }, 'https://as ann': { exposure: leak(5) } },
      'exposed-1',
    ],
  ])('told %s', (_, all, eventId) => {
    const held = token('root', { iatMs: at(7), subject: { id: 'ann', iss: 'https://as', kind: 'human' } });
    expect(use(held, 8, { people: known(all) })[0]?.eventIds[0]).toBe(eventId);
  });
});

it('has nothing to say of sources', () => {
  expect(look(exposedCredential, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
});
