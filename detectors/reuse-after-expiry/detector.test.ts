import { describe, expect, it } from 'vitest';
import type { ActionView, Introspection, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  revocation,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { reuseAfterExpiry } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;

function use(held: TokenView | undefined, differs: Partial<ActionView> = {}, config: object = {}) {
  const sighting = { on: 'action', action: action({ token: held, ...differs }), policy: policy() } as const;
  return look(reuseAfterExpiry, sighting, config);
}

describe('used after expiry', () => {
  const held = token('root', { expMs: at(60) });

  it('says how late, by whom and with what', () => {
    expect(use(held, { atMs: at(61) })).toEqual([
      {
        subject: { kind: 'token', key: held.key, label: 'root' },
        fact: 'used-after-expiry',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail with a token that had expired 60 s before',
        atMs: at(61),
        evidence: {
          action: 'tool:send_mail',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T09:01:00.000Z',
          expiredAt: '2026-01-05T09:00:00.000Z',
          lateBySeconds: 60,
        },
        eventIds: ['call-event-1', 'issued-root'],
        revoke: held.ref,
      },
    ]);
  });

  it.each([
    ['at the expiry', 60, 0],
    ['a moment before the skew is over', 61 - 1 / minuteMs, 0],
    ['when the skew is over', 61, 1],
  ])('%s', (_, minutes, count) => {
    expect(use(held, { atMs: at(minutes) })).toHaveLength(count);
  });

  it.each([
    ['a refusal', { outcome: 'denied' }, 'signal', 'low'],
    ['a failure', { outcome: 'failed' }, 'signal', 'low'],
    ['the platform', { platform: true }, 'signal', 'low'],
    ['nobody reporting a refusal', { outcome: 'unknown' }, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
    ['a deletion that only the name tells', { effect: 'unknown', action: 'drop' }, 'alert', 'critical'],
    ['a change of access', { effect: 'admin' }, 'alert', 'critical'],
  ] as const)('%s is %3$s', (_, differs, kind, severity) => {
    expect(use(held, { atMs: at(90), ...differs })).toMatchObject([{ kind, severity }]);
  });

  it('reads the expiry that a resource server saw where no issuer spoke', () => {
    const unseen = token('root', { expMs: undefined });
    const late = { atMs: at(90), presented: { exp: at(60) / 1000 } };
    expect(use(unseen, late)).toMatchObject([
      { fact: 'used-after-expiry', evidence: { lateBySeconds: 1800 } },
    ]);
  });

  it.each([
    ['a token that never expires', token('root', { expMs: null }), {}],
    ['a token of unknown lifetime', token('root', { expMs: undefined }), {}],
    [
      'a presented token that never expires',
      token('root', { expMs: undefined }),
      { presented: { exp: null } },
    ],
    ['no token', undefined, {}],
  ])('stays quiet about %s', (_, unlimited, differs) => {
    expect(use(unlimited, { atMs: at(6000), ...differs })).toEqual([]);
  });

  it.each([
    [62, 'expired 2 min before'],
    [60 + 180, 'expired 3 h before'],
  ])('counts %s minutes in units that people use', (minutes, ending) => {
    expect(use(held, { atMs: at(minutes) })[0]?.title).toContain(ending);
  });

  it('names a system change by what it did', () => {
    const change = { kind: 'change', needs: undefined, action: 'config', atMs: at(90) } as const;
    expect(use(held, change)[0]?.title).toContain('did config with');
  });
});

describe('used after revocation', () => {
  const revoked = (differs: Parameters<typeof revocation>[0] = {}) =>
    token('root', { revocation: revocation({ atMs: at(0), ...differs }) });

  it('waits until every resource server has heard of it', () => {
    expect(use(revoked(), { atMs: at(2) - 1 })).toEqual([]);
    expect(use(revoked(), { atMs: at(2) })).toMatchObject([
      {
        fact: 'used-after-revocation',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail with a token that had been revoked 2 min before',
        evidence: {
          revokedAt: '2026-01-05T08:00:00.000Z',
          revokedVia: 'token',
          reason: 'compromised',
          revokedBy: 'soc',
          lateBySeconds: 120,
        },
        eventIds: ['call-event-1', 'revoked-1', 'issued-root'],
      },
    ]);
  });

  it.each([
    ['compromise', { reason: 'Credential COMPROMISE' }, 'alert'],
    ['an administrator', { reason: 'administrative action' }, 'alert'],
    ['policy', { reason: 'policy' }, 'alert'],
    ['security', { reason: 'security-incident' }, 'alert'],
    ['a logout', { reason: 'logout' }, 'signal'],
    ['a rotation', { reason: 'rotated' }, 'signal'],
    ['no reason, and somebody else asked for it', { reason: undefined, by: 'soc@example' }, 'alert'],
    ['no reason, and the subject asked for it', { reason: undefined, by: 'ann@example' }, 'signal'],
    ['no reason, and the actor asked for it', { reason: undefined, by: 'agent/crm' }, 'signal'],
    ['no reason, and the client asked for it', { reason: undefined, by: 'crm-client' }, 'signal'],
    ['an empty reason and nobody', { reason: ' ', by: undefined }, 'signal'],
  ] as const)('%s: %j is %s', (_, differs, kind) => {
    expect(use(revoked(differs))).toMatchObject([{ kind }]);
  });

  it('shows what is not known as null', () => {
    expect(use(revoked({ reason: undefined, by: undefined }))).toMatchObject([
      { evidence: { reason: null, revokedBy: null } },
    ]);
  });

  it('takes a refused use for a probe', () => {
    expect(use(revoked(), { outcome: 'denied' })).toMatchObject([{ kind: 'signal', severity: 'low' }]);
  });

  it('takes the words that page from the configuration', () => {
    expect(use(revoked({ reason: 'Kündigung' }), {}, { pagingReasons: ['ndigung'] })).toMatchObject([
      { kind: 'alert' },
    ]);
  });
});

describe('an ancestor was revoked', () => {
  const above = (differs: Parameters<typeof revocation>[0] = {}) => ({
    revocation: revocation({ atMs: at(0), eventId: 'revoked-above', ...differs }),
  });

  it('blames the use, names the ancestor and says what the finding rests on', () => {
    const held = lineOf(above(), {}, { parentLevel: 3 });
    expect(use(held)).toMatchObject([
      {
        subject: { label: 'hop-2' },
        fact: 'ancestor-revoked',
        kind: 'alert',
        title:
          'CRM agent did tool:send_mail with a token derived from root, which had been revoked 10 min before',
        evidence: { ancestor: 'root', reason: 'compromised', linkLevel: 3 },
        eventIds: ['call-event-1', 'revoked-above', 'issued-hop-2'],
        linkLevel: 3,
        revoke: held.ref,
      },
    ]);
  });

  it('waits until every resource server has heard of it', () => {
    expect(use(lineOf(above(), {}), { atMs: at(2) - 1 })).toEqual([]);
  });

  it.each([
    ['a logout further up is a signal', [above({ reason: 'logout' }), {}], 'signal', 'root'],
    ['the nearest counts', [above(), above({ eventId: 'b' }), {}], 'alert', 'hop-1'],
    [
      'unless only a farther one was taken away',
      [above(), above({ eventId: 'b', reason: 'logout' }), {}],
      'alert',
      'root',
    ],
  ] as const)('%s', (_, line, kind, ancestor) => {
    expect(use(lineOf(...line))).toMatchObject([{ kind, evidence: { ancestor } }]);
  });

  it('reads a revocation without a reason by who asked for it', () => {
    expect(use(lineOf(above({ reason: undefined }), {}))).toMatchObject([{ kind: 'alert' }]);
  });

  it('lets a refreshed token live on after the one it replaced', () => {
    expect(use(lineOf(above({ reason: 'rotated' }), {}))).toEqual([]);
  });

  it('says nothing twice: neither of one revocation nor beside a use that pages already', () => {
    const family = above({ eventId: 'family', via: 'family', reason: 'logout' });
    expect(use(lineOf(family, family)).map((finding) => finding.fact)).toEqual(['used-after-revocation']);
    const both = use(lineOf(above({ eventId: 'a' }), above({ eventId: 'b' })));
    expect(both.map((finding) => finding.fact)).toEqual(['used-after-revocation']);
  });

  it('still pages when the token itself only logged out', () => {
    const held = lineOf(above({ eventId: 'a' }), above({ eventId: 'b', reason: 'logout' }));
    expect(use(held)).toMatchObject([
      { fact: 'used-after-revocation', kind: 'signal' },
      { fact: 'ancestor-revoked', kind: 'alert' },
    ]);
  });
});

describe('used before it was valid', () => {
  it.each([
    ['within the skew', at(11), 0],
    ['before the skew', at(11) + 1, 1],
  ])('%s', (_, nbfMs, count) => {
    expect(use(token('root', { nbfMs }))).toHaveLength(count);
  });

  it('says how early', () => {
    expect(use(token('root', { nbfMs: at(30) }))).toMatchObject([
      {
        fact: 'used-before-nbf',
        kind: 'alert',
        severity: 'medium',
        title: 'CRM agent did tool:send_mail with a token that is not valid before 2026-01-05T08:30:00.000Z',
        evidence: { earlyBySeconds: 1200 },
      },
    ]);
  });

  it('reads what a resource server saw where no issuer spoke', () => {
    expect(use(token('root'), { presented: { nbf: at(30) / 1000 } })).toMatchObject([
      { fact: 'used-before-nbf' },
    ]);
  });
});

describe('used before it was issued', () => {
  it.each([
    ['within the skew', at(11), 0],
    ['before the skew', at(11) + 1, 1],
  ])('%s', (_, iatMs, count) => {
    expect(use(token('root', { iatMs }))).toHaveLength(count);
  });

  it('says how early, and nothing of the validity that begins with the issuance', () => {
    expect(use(token('root', { iatMs: at(30), nbfMs: at(30) }))).toMatchObject([
      {
        fact: 'used-before-issuance',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail with a token that was issued 20 min later',
        evidence: { issuedAt: '2026-01-05T08:30:00.000Z', earlyBySeconds: 1200 },
      },
    ]);
  });

  it('reads what a resource server saw where no issuer spoke', () => {
    const unseen = token('root', { iatMs: undefined });
    expect(use(unseen, { presented: { iat: at(30) / 1000 } })).toMatchObject([
      { fact: 'used-before-issuance' },
    ]);
  });

  it('takes a refused use for a probe', () => {
    expect(use(token('root', { iatMs: at(30) }), { outcome: 'denied' })).toMatchObject([{ kind: 'signal' }]);
  });
});

describe('used after it was called inactive', () => {
  const answer = (minutes: number, active = false, by = 'https://crm.example'): Introspection => ({
    ...{ atMs: at(minutes), active, by, eventId: `introspected-${minutes}` },
  });
  const asked = (...introspections: readonly Introspection[]) => token('root', { introspections });
  const facts = (held: TokenView, differs: Partial<ActionView> = {}) =>
    use(held, differs).map(({ fact }) => fact);

  it('says who had asked, and waits for an answer to the contrary', () => {
    expect(use(asked(answer(2)))).toMatchObject([
      {
        fact: 'used-after-inactive',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail with a token that was called inactive 8 min before',
        evidence: {
          inactiveAt: '2026-01-05T08:02:00.000Z',
          askedBy: 'https://crm.example',
          lateBySeconds: 480,
        },
        eventIds: ['call-event-1', 'introspected-2', 'issued-root'],
        settlesAtMs: at(20),
      },
    ]);
  });

  const known = { audiences: [{ system: 'https://crm.example', audiences: ['crm'] }] };
  it.each([
    ['an answer that everybody can have heard', asked(answer(8)), 1],
    ['an answer on its way', asked(answer(8 + 1 / minuteMs)), 0],
    ['an active answer', asked(answer(2, true)), 0],
    ['an active answer before', asked(answer(2, true), answer(3)), 1],
    ['an active answer after', asked(answer(2), answer(3, true, 'somebody else')), 0],
    ['an active answer at the same time', asked(answer(2), answer(2, true)), 0],
    ['an active answer after the use', asked(answer(2), answer(30, true)), 0],
    ['an answer before the issuance, by another clock', { ...asked(answer(2)), iatMs: at(2.5) }, 1],
    ['an answer within the skew of a beginning that was put off', { ...asked(answer(3)), nbfMs: at(2) }, 0],
    ['an answer past it', { ...asked(answer(3 + 1 / minuteMs)), nbfMs: at(2) }, 1],
    ['an answer within the skew of a beginning that was not', { ...asked(answer(0.5)), nbfMs: at(0) }, 1],
    ['an answer of which nobody knows whether it came early', { ...asked(answer(2)), iatMs: undefined }, 1],
    ['an answer after its end', { ...asked(answer(6)), expMs: at(7) }, 0],
    ['an answer before its end', { ...asked(answer(6 - 1 / minuteMs)), expMs: at(7) }, 1],
    ['a token that never ends', { ...asked(answer(6)), expMs: null }, 1],
  ] as const)('%s', (_, held, count) => {
    expect(facts(held).filter((fact) => fact === 'used-after-inactive')).toHaveLength(count);
  });

  it('does not believe an answer to somebody whom the token is not for', () => {
    const judged = (aud: readonly string[] | undefined) => {
      const used = action({ token: { ...asked(answer(2)), aud } });
      return look(reuseAfterExpiry, { on: 'action', action: used, policy: policy(known) });
    };
    expect(judged(['erp'])).toEqual([]);
    expect(judged(['crm'])).toHaveLength(1);
    expect(judged(undefined)).toHaveLength(1);
  });

  it('is not said beside the revocation that explains it', () => {
    const revoked = { ...asked(answer(2)), revocation: revocation({ atMs: at(1) }) };
    expect(facts(revoked)).toEqual(['used-after-revocation']);
    const inherited = lineOf({ revocation: revocation({ atMs: at(1) }) }, { introspections: [answer(2)] });
    expect(facts(inherited)).toEqual(['ancestor-revoked']);
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(reuseAfterExpiry, sighting)).toEqual([]);
});
