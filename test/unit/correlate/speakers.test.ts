import { describe, expect, it } from 'vitest';
import { Issuers } from '../../../src/correlate/speakers.ts';
import type { AdmittedEvent, TokenRef } from '../../../src/domain/event/index.ts';
import { ISSUERS_WATCHED_MAX, SPEAKERS_PER_ISSUER_MAX } from '../../../src/domain/limits.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

const iss = 'https://as.example';
const digest: TokenRef = { hash: `sha256:${'A'.repeat(43)}` };

function mint(
  publisher: string,
  rest: { bound?: boolean; at?: number; id?: string; token?: TokenRef } = {},
): AdmittedEvent {
  const { bound = true, at = 0, id = 'e', token = { iss, jti: 't' } } = rest;
  const ana = { id: 'ana', kind: 'human' as const };
  const data = {
    v: 1,
    type: 'token.issued',
    token,
    tokenKind: 'access_token',
    grant: 'g',
    subject: ana,
    scope: [],
    iat: 0,
    exp: null,
  } as const;
  const event = admitted({ ...data, scope: [] }, { id, atMs: START_MS + at, source: 'urn:as', bound });
  return { ...event, origin: { ...event.origin, publisher } };
}

function refusal(publisher: string, atMs = START_MS, issuer = iss) {
  return { kind: 'foreign', seq: 1, tenant: 'acme', publisher, issuer, atMs } as const;
}

describe('who speaks as an issuer', () => {
  it('is told by mints alone, by the issuer or else by the source', () => {
    const issuers = new Issuers();
    expect(issuers.observe(mint('as'))?.issuer).toBe(iss);
    expect(issuers.observe(mint('crm', { bound: false, token: digest }))?.issuer).toBe('urn:as');
    const { data, ...rest } = mint('crm');
    const asked = {
      v: 1,
      type: 'token.introspected',
      token: { iss, jti: 't' },
      active: true,
      by: 'x',
    } as const;
    expect(issuers.observe({ ...rest, data: asked })).toBeUndefined();
    expect(issuers.get(iss)).toMatchObject({ owners: ['as'], strangers: [], refused: [] });
  });

  it('is the same whatever comes first, and news only once', () => {
    const told = [
      () => mint('b', { bound: false, at: 5, id: 'late' }),
      () => mint('b', { bound: false, at: 1, id: 'z' }),
      () => mint('b', { bound: false, at: 1, id: 'early' }),
      () => mint('as', { at: 9 }),
      () => mint('as', { at: 2 }),
    ];
    const play = (list: typeof told) => {
      const issuers = new Issuers();
      for (const event of list) issuers.observe(event());
      issuers.refuse(refusal('eve', START_MS + 7));
      issuers.refuse(refusal('eve', START_MS + 3));
      expect(list.map((event) => issuers.observe(event()))).toEqual(list.map(() => undefined));
      expect(issuers.refuse(refusal('eve', START_MS + 4))).toBeUndefined();
      const { owners, strangers, refused } = issuers.get(iss) ?? {};
      return { owners, strangers, refused };
    };
    expect(play(told)).toEqual({
      owners: ['as'],
      strangers: [{ publisher: 'b', firstMs: START_MS + 1, eventId: 'early' }],
      refused: [{ publisher: 'eve', firstMs: START_MS + 3, eventId: undefined }],
    });
    expect(play(told.toReversed())).toEqual(play(told));
  });

  it('survives being written down', () => {
    const issuers = new Issuers();
    for (const event of [mint('as'), mint('b', { bound: false })]) issuers.observe(event);
    issuers.refuse(refusal('eve'));
    const before = issuers.get(iss);
    const again = new Issuers();
    again.restore(iss, JSON.parse(JSON.stringify(before?.body)));
    expect(again.get(iss)?.body).toEqual(before?.body);
    expect([...again.values()]).toHaveLength(1);
  });

  it('fills no memory', () => {
    const issuers = new Issuers();
    for (let n = 0; n < ISSUERS_WATCHED_MAX + 3; n += 1) issuers.refuse(refusal('eve', START_MS, `urn:${n}`));
    expect([...issuers.values()]).toHaveLength(ISSUERS_WATCHED_MAX);
    for (let n = 0; n < SPEAKERS_PER_ISSUER_MAX + 3; n += 1)
      issuers.refuse(refusal(`eve-${n}`, START_MS, 'urn:1'));
    expect(issuers.get('urn:1')?.refused).toHaveLength(SPEAKERS_PER_ISSUER_MAX);
  });
});
