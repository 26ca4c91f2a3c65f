import { describe, expect, it } from 'vitest';
import type { ActionView, TokenView } from '../../src/domain/chain.ts';
import {
  action,
  chain,
  lineOf,
  look,
  minuteMs,
  policy,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { audienceMismatch } from './detector.ts';

const crm = 'https://crm.example';
const erp = 'https://erp.example';
const mapped = policy({
  audiences: [
    { system: 'crm', audiences: [crm, 'crm-*'] },
    { system: 'erp', audiences: [erp], askedBy: ['erp-client', 'agent/erp*'] },
    { system: 'https://mcp.example/*', audiences: ['https://mcp.example'] },
  ],
});
const unmapped = policy();
const open = policy({ audiences: mapped.audiences.map(({ askedBy: _, ...row }) => row) });

function api(system: string, differs: Partial<ActionView> = {}): ActionView {
  const call = `${system}:write`;
  return action({
    ...{ id: `call-${system}`, kind: 'api', action: 'write', needs: call, tool: undefined },
    ...{ target: { system }, httpRequestIds: [`http-${system}`], eventIds: [`event-${system}`] },
    ...differs,
  });
}

function use(held: TokenView | undefined, differs: Partial<ActionView> = {}, rules = mapped) {
  const sighting = { on: 'action', action: api('erp', { token: held, ...differs }), policy: rules } as const;
  return look(audienceMismatch, sighting);
}

function sight(held: TokenView, rules = mapped) {
  return look(audienceMismatch, { on: 'token', token: held, policy: rules });
}

describe('used outside its audience', () => {
  const held = token('root', { aud: [crm] });

  it('says where, with what and what would have been right', () => {
    expect(use(held)).toEqual([
      {
        subject: { kind: 'token', key: held.key, label: 'root' },
        fact: 'used-outside-audience',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did erp:write at erp with a token that is not for it',
        atMs: startMs + 10 * minuteMs,
        evidence: {
          action: 'erp:write',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T08:10:00.000Z',
          system: 'erp',
          audience: [crm],
          accepted: [erp],
        },
        eventIds: ['event-erp', 'issued-root'],
        revoke: held.ref,
      },
    ]);
  });

  it.each([
    ['the audience itself', [erp], 0],
    ['one of several', ['other', erp], 0],
    ['only a longer one', [`${erp}/v2`], 1],
    ['only another spelling', ['https://ERP.example'], 1],
    ['the name of the system where policy maps it to something else', ['erp'], 1],
    ['an empty list', [], 0],
    ['nobody says', undefined, 0],
  ])('%s', (_, aud, count) => {
    expect(use(token('root', { aud }))).toHaveLength(count);
  });

  it.each([
    ['a refusal', { outcome: 'denied' }, 'signal', 'low'],
    ['a failure', { outcome: 'failed' }, 'signal', 'low'],
    ['the platform', { platform: true }, 'signal', 'low'],
    ['nobody reporting a refusal', { outcome: 'unknown' }, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
  ] as const)('%s is %3$s', (_, differs, kind, severity) => {
    expect(use(held, differs)).toMatchObject([{ kind, severity }]);
  });

  it('reads the audience that a resource server saw where no issuer spoke', () => {
    expect(use(token('root'), { presented: { aud: [crm] } })).toHaveLength(1);
    expect(use(token('root', { aud: [erp] }), { presented: { aud: [crm] } })).toEqual([]);
  });

  it('judges a tool by its server, not by what the tool reaches', () => {
    const tool = { kind: 'tool', tool: { name: 'send', server: 'https://mcp.example/erp' } } as const;
    expect(use(held, tool)).toMatchObject([{ evidence: { system: 'https://mcp.example/erp' } }]);
    expect(use(token('root', { aud: ['https://mcp.example'] }), tool)).toEqual([]);
    expect(use(held, { ...tool, tool: { name: 'send' } })).toEqual([]);
  });

  it.each([
    ['a system that policy does not map', { target: { system: 'hr' } }, mapped],
    ['a change that only the system itself reports', { kind: 'change' }, mapped],
    ['a call without a target', { target: undefined }, mapped],
    ['a policy without audiences', {}, unmapped],
  ] as const)('stays quiet about %s', (_, differs, rules) => {
    expect(use(held, differs, rules)).toEqual([]);
  });

  it('stays quiet without a token', () => {
    expect(use(undefined)).toEqual([]);
  });

  it('lets the first row that fits the system decide', () => {
    const rows = [
      { system: 'e*', audiences: [crm] },
      { system: 'erp', audiences: [erp] },
    ];
    expect(use(held, {}, policy({ audiences: rows }))).toEqual([]);
    expect(use(held, {}, policy({ audiences: rows.toReversed() }))).toHaveLength(1);
  });
});

describe('passed through', () => {
  const at = (minutes: number) => startMs + minutes * minuteMs;
  const inward = api('crm', { atMs: at(5) });
  const onward = api('erp', { atMs: at(6) });
  const passed = (uses: readonly ActionView[], aud: readonly string[] = [crm], rules = open) =>
    sight(token('root', { aud, uses }), rules);

  it('says through whom', () => {
    expect(passed([inward, onward])).toEqual([
      expect.objectContaining({
        fact: 'passed-through',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did erp:write at erp with a token that crm was given for itself',
        atMs: at(6),
        shownBy: 'call-erp',
        eventIds: ['event-erp', 'event-crm', 'issued-root'],
        revoke: token('root').ref,
      }),
    ]);
    expect(passed([inward, onward])[0]?.evidence).toMatchObject({
      system: 'erp',
      through: 'crm',
      audience: [crm],
      accepted: [erp],
      httpRequestIds: ['http-erp'],
    });
  });

  it.each([
    ['the same HTTP request, seen at a gateway and behind it', [{}, { httpRequestIds: ['http-crm'] }]],
    ['one HTTP request in common', [{}, { httpRequestIds: ['http-crm', 'http-erp'] }]],
    ['a request that does not say which it is', [{}, { httpRequestIds: [] }]],
    ['a first request that does not say which it is', [{ httpRequestIds: [] }, {}]],
    ['a refusal at the second system', [{}, { outcome: 'denied' }]],
    ['a refusal at the first system', [{ outcome: 'denied' }, {}]],
    ['the wrong system first', [{ atMs: at(6) }, { atMs: at(5) }]],
  ] as const)('stays quiet about %s', (_, [first, second]) => {
    expect(passed([api('crm', { ...inward, ...first }), api('erp', { ...onward, ...second })])).toEqual([]);
  });

  it('stays quiet while the token is for both', () => {
    expect(passed([inward, onward], [crm, erp])).toEqual([]);
  });

  it('looks past uses that prove nothing', () => {
    const other = api('erp', { id: 'call-0', httpRequestIds: ['http-crm'], atMs: at(6) });
    expect(passed([inward, other, onward])).toMatchObject([{ shownBy: 'call-erp' }]);
  });

  it.each([
    ['names the first system only', ['crm'], 1],
    ['names both', ['crm', 'erp'], 0],
    ['does not speak of systems by name', [crm], 0],
  ])('without a policy it is a signal at most: the audience %s', (_, aud, count) => {
    const found = passed([inward, onward], aud, unmapped);
    expect(found.map(({ kind }) => kind)).toEqual(Array.from({ length: count }, () => 'signal'));
  });

  it('cannot tell which came first at the same instant, and says so all the same', () => {
    expect(passed([inward, api('erp', { ...onward, atMs: at(5) })])).toHaveLength(1);
  });

  it('needs two uses', () => {
    expect(passed([onward])).toEqual([]);
  });
});

describe('widened', () => {
  const child = (differs: Partial<TokenView> = {}) => lineOf({ aud: [crm] }, { aud: [erp], ...differs });

  it('says for what, and who may ask for it', () => {
    expect(sight(child())).toMatchObject([
      {
        subject: { label: 'hop-1' },
        fact: 'audience-widened',
        kind: 'alert',
        severity: 'high',
        title: `CRM agent got a token for ${erp}, which it may not ask for`,
        atMs: startMs,
        evidence: {
          audience: [erp],
          askedBy: ['agent/crm', 'crm-client'],
          allowed: ['agent/erp*', 'erp-client'],
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
        },
        eventIds: ['issued-hop-1'],
      },
    ]);
  });

  it.each([
    ['a client that may ask', { client: 'erp-client' }, 0],
    ['an actor that may ask', { actor: { id: 'agent/erp-2', kind: 'agent' } }, 0],
    [
      'a machine that asks for itself',
      { client: undefined, actor: undefined, subject: { id: 'x', kind: 'service' } },
      1,
    ],
    ['a person whose client nobody names', { client: undefined, actor: undefined }, 0],
    ['an audience that anybody may ask for', { aud: [crm] }, 0],
    ['an audience that nobody mapped', { aud: ['https://hr.example'] }, 0],
    ['a token that no issuer reported', { issued: false }, 0],
  ] as const)('%s', (_, differs, count) => {
    expect(sight(child(differs as Partial<TokenView>))).toHaveLength(count);
  });

  it('happened when it was minted, else when it was first heard of', () => {
    const heard = { firstSeenMs: startMs + minuteMs };
    expect(sight(child(heard))).toMatchObject([{ atMs: startMs }]);
    expect(sight(child({ ...heard, iatMs: undefined }))).toMatchObject([{ atMs: startMs + minuteMs }]);
  });

  it('takes an audience that two systems share for open when one of them is', () => {
    const rows = [
      { system: 'erp', audiences: [erp], askedBy: ['nobody'] },
      { system: 'erp-public', audiences: [erp] },
    ];
    expect(sight(child(), policy({ audiences: rows }))).toEqual([]);
    expect(sight(child(), policy({ audiences: rows.slice(0, 1) }))).toHaveLength(1);
  });
});

describe('probed', () => {
  it('happened when the token was minted, else when it was first heard of', () => {
    const asked = { requestedAudience: [crm, erp], aud: [crm], firstSeenMs: startMs + minuteMs };
    expect(sight(token('root', asked), unmapped)).toMatchObject([{ atMs: startMs }]);
    const unknown = token('root', { ...asked, iatMs: undefined });
    expect(sight(unknown, unmapped)).toMatchObject([{ atMs: startMs + minuteMs }]);
  });

  it('happened when the token was refused, where that is all', () => {
    const rejection = { atMs: startMs + 5 * minuteMs, reason: 'aud', by: 'erp', eventId: 'rejected-1' };
    expect(sight(token('root', { rejections: [rejection] }), unmapped)).toMatchObject([
      { atMs: startMs + 5 * minuteMs },
    ]);
  });

  it.each([
    ['more was asked for than given', [crm, erp], [crm], [erp]],
    ['nothing of it was given under the same name', [erp], ['https://sts.example/erp'], undefined],
    ['all of it was given', [crm], [crm], undefined],
    ['nobody says what was given', [erp], undefined, undefined],
  ])('%s', (_, requestedAudience, aud, refused) => {
    const found = sight(token('root', { requestedAudience, aud }), unmapped);
    expect(found.map(({ fact, kind, evidence }) => [fact, kind, evidence['refused']])).toEqual(
      refused === undefined ? [] : [['audience-probe', 'signal', refused]],
    );
  });

  it.each([
    ['aud', 1],
    ['invalid_target', 1],
    ['expired', 0],
  ])('refused for %s', (reason, count) => {
    const rejection = { atMs: startMs, reason, by: 'erp', eventId: 'rejected-1' };
    const found = sight(token('root', { rejections: [rejection] }), unmapped);
    expect(found).toHaveLength(count);
    if (count > 0)
      expect(found).toMatchObject([
        {
          title: 'A token of CRM agent was refused where it is not meant',
          evidence: { refused: [], refusedBy: ['erp'], refusals: 1 },
          eventIds: ['rejected-1', 'issued-root'],
        },
      ]);
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: mapped } as const;
  expect(look(audienceMismatch, sighting)).toEqual([]);
});
