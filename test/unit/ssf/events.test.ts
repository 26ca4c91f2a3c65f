import { describe, expect, it } from 'vitest';
import { SsfConfig, type Transmitter } from '../../../src/ingest/ssf/config.ts';
import { translate } from '../../../src/ingest/ssf/events.ts';
import { CAEP, RISC } from '../../support/ssf/transmitter.ts';

const nowMs = Date.UTC(2026, 2, 1, 10);
const iat = nowMs / 1000;
const iss = 'https://idp.example';
const OAUTH = 'https://schemas.openid.net/secevent/oauth/event-type/';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';

function transmitter(differs: object = {}): Transmitter {
  const jwks = { keys: [{ kty: 'EC' }] };
  const { transmitters } = SsfConfig.parse({
    transmitters: [{ name: 'idp', issuer: iss, audience: 'urn:me', jwks, ...differs }],
  });
  return transmitters[0] as Transmitter;
}

interface Event {
  readonly id: string;
  readonly time: string;
  readonly data: Record<string, unknown>;
}

function translated(type: string, subject: unknown, payload: object = {}, differs: object = {}, claims = {}) {
  const set = { iss, jti: 'set-1', iat, sub_id: subject, events: { [type]: { ...payload } }, ...claims };
  const { events, ...rest } = translate(set, transmitter(differs), nowMs);
  return { ...rest, events: events as readonly Event[] };
}

/** The data of the events, without what all of them have. */
function dataOf(...args: Parameters<typeof translated>) {
  return translated(...args).events.map(({ data: { v, source, observer, ...data } }) => data);
}

const ann = { id: 'ann', iss, kind: 'unknown' };
const annSub = { format: 'iss_sub', iss, sub: 'ann' };
const token = { iss, jti: 'at-1' };
const jwtId = { format: 'jwt_id', ...token };
const changed = (change: string, principal: object = ann) => ({
  type: 'identity.changed',
  principal,
  change,
});

describe('events', () => {
  it.each<[string, unknown, object, readonly object[]]>([
    [`${CAEP}session-revoked`, jwtId, {}, [{ type: 'token.revoked', token, by: iss }]],
    [
      `${CAEP}session-revoked`,
      jwtId,
      { initiating_entity: 'admin', reason_admin: { en: 'Compromised' } },
      [{ type: 'token.revoked', token, by: iss, reason: 'admin: Compromised' }],
    ],
    [
      `${CAEP}session-revoked`,
      jwtId,
      { initiating_entity: 'user', reason_admin: 'signed out' },
      [{ type: 'token.revoked', token, by: iss, reason: 'logout: signed out' }],
    ],
    [
      `${CAEP}session-revoked`,
      jwtId,
      { reason_admin: `Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJhIjoxfQ.${'x'.repeat(43)}` },
      [{ type: 'token.revoked', token, by: iss }],
    ],
    [
      `${CAEP}session-revoked`,
      { format: 'complex', user: annSub, session: { format: 'opaque', id: 'ses-1' } },
      {},
      [{ ...changed('session-ended'), session: 'ses-1' }],
    ],
    [
      `${CAEP}session-revoked`,
      { format: 'complex', user: annSub, session: jwtId },
      {},
      [{ type: 'token.revoked', token, by: iss }, changed('session-ended')],
    ],
    [`${CAEP}session-revoked`, annSub, {}, [changed('session-ended')]],
    [`${CAEP}session-revoked`, { format: 'complex', session: { format: 'opaque', id: 'ses-1' } }, {}, []],
    [
      `${CAEP}credential-change`,
      annSub,
      { change_type: 'update', credential_type: 'password' },
      [changed('credential-changed')],
    ],
    [`${CAEP}risk-level-change`, annSub, {}, [changed('risk')]],
    [`${RISC}account-disabled`, annSub, {}, [changed('disabled')]],
    [
      `${RISC}account-disabled`,
      annSub,
      { reason: 'hijacking' },
      [changed('disabled'), changed('compromised')],
    ],
    [`${RISC}account-disabled`, annSub, { reason: 'bulk-account' }, [changed('disabled')]],
    [`${RISC}account-enabled`, annSub, {}, [changed('enabled')]],
    [`${RISC}account-purged`, annSub, {}, [changed('offboarded')]],
    [`${RISC}account-credential-change-required`, annSub, {}, [changed('risk')]],
    [`${RISC}sessions-revoked`, annSub, {}, [changed('session-ended')]],
    [
      `${RISC}credential-compromise`,
      annSub,
      { credential_type: 'password' },
      [{ type: 'credential.exposed', principal: ann, by: iss }],
    ],
    [`${RISC}credential-compromise`, jwtId, {}, [{ type: 'credential.exposed', token, by: iss }]],
    [
      `${RISC}identifier-changed`,
      { format: 'email', email: 'ann@old.example' },
      { 'new-value': 'ann@new.example' },
      [
        {
          type: 'identity.linked',
          principals: [
            { id: 'ann@old.example', iss, kind: 'unknown' },
            { id: 'ann@new.example', iss, kind: 'unknown' },
          ],
          by: iss,
        },
      ],
    ],
    [`${RISC}identifier-changed`, { format: 'email', email: 'ann@old.example' }, {}, []],
    [`${RISC}identifier-changed`, jwtId, { 'new-value': 'ann@new.example' }, []],
    [`${OAUTH}token-revoked`, jwtId, {}, [{ type: 'token.revoked', token, by: iss }]],
    [`${OAUTH}tokens-revoked`, annSub, {}, [{ type: 'token.revoked', subject: ann, by: iss }]],
  ])('%s of %j', (type, subject, payload, expected) => {
    const found = translated(type, subject, payload);
    expect(dataOf(type, subject, payload)).toEqual(expected);
    expect(found.unknown).toEqual([]);
  });

  it('of the stream itself say nothing, and need no subject', () => {
    for (const type of ['verification', 'stream-updated'])
      expect(translated(`${SSF}${type}`, undefined, { state: 'x' })).toEqual({
        events: [],
        issuers: [],
        unknown: [],
        sendsOn: undefined,
      });
  });

  it('that nobody here understands are named, and the others still told', () => {
    const events = { 'urn:odd': {}, [`${CAEP}token-claims-change`]: {}, [`${RISC}account-purged`]: {} };
    const found = translated('urn:odd', annSub, {}, {}, { events });
    expect(found.unknown).toEqual(['urn:odd', `${CAEP}token-claims-change`]);
    expect(found.events.map(({ data }) => data['change'])).toEqual(['offboarded']);
  });
});

describe('subjects', () => {
  const disabledOf = (subject: unknown, differs: object = {}) =>
    dataOf(`${RISC}account-disabled`, subject, {}, differs).map(({ principal }) => principal);

  it.each<[unknown, readonly object[]]>([
    [annSub, [ann]],
    [{ format: 'account', uri: 'acct:ann@example.com' }, [{ ...ann, id: 'ann@example.com' }]],
    [{ format: 'email', email: 'ann@example.com' }, [{ ...ann, id: 'ann@example.com' }]],
    [{ format: 'opaque', id: '7f3' }, [{ ...ann, id: '7f3' }]],
    [{ format: 'phone_number', phone_number: '+12065550100' }, [{ ...ann, id: '+12065550100' }]],
    [{ format: 'did', url: 'did:example:123' }, [{ ...ann, id: 'did:example:123' }]],
    [{ format: 'uri', uri: 'https://people.example/7' }, [{ ...ann, id: 'https://people.example/7' }]],
    [
      { format: 'aliases', identifiers: [annSub, { format: 'email', email: 'ann@example.com' }] },
      [ann, { ...ann, id: 'ann@example.com' }],
    ],
    [{ format: 'complex', user: annSub, device: { format: 'opaque', id: 'd' } }, [ann]],
    [{ format: 'complex', application: { format: 'opaque', id: 'app' } }, [{ ...ann, id: 'app' }]],
    [{ format: 'complex', user: annSub, application: { format: 'opaque', id: 'app' } }, [ann]],
    [{ format: 'complex', group: { format: 'opaque', id: 'g' } }, []],
    [{ format: 'saml_assertion_id', issuer: iss, assertion_id: 'a' }, []],
    [{ subject_type: 'iss-sub', iss, sub: 'ann' }, [ann]],
    [{ user: { format: 'iss_sub', iss, sub: 'ann' }, session: { format: 'opaque', id: 's' } }, [ann]],
    [jwtId, []],
  ])('%j', (subject, principals) => {
    expect(disabledOf(subject)).toEqual(principals);
  });

  it('go by their bare names where the tenant’s events do', () => {
    expect(disabledOf(annSub, { bareSubjects: true })).toEqual([{ id: 'ann', kind: 'unknown' }]);
  });

  it('stand in the event where drafts had them', () => {
    expect(dataOf(`${RISC}account-disabled`, undefined, { subject: annSub })).toEqual([changed('disabled')]);
  });

  it.each<[unknown]>([
    [undefined],
    ['ann'],
    [{}],
    [{ format: 7 }],
    [{ format: 'iss_sub', iss }],
    [{ format: 'opaque', id: '' }],
    [{ format: 'aliases', identifiers: [] }],
    [{ format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [annSub] }] }],
    [{ format: 'complex', user: { format: 'iss_sub' } }],
  ])('that are not as they have to be are refused: %j', (subject) => {
    expect(() => disabledOf(subject)).toThrow('its subject is not as its format has to be');
  });

  it('name the issuers for whom it speaks', () => {
    const other = 'https://other.example';
    const aliases = { format: 'aliases', identifiers: [annSub, { ...jwtId, iss: other }] };
    expect(translated(`${RISC}account-disabled`, aliases).issuers).toEqual([other, iss]);
    expect(translated(`${RISC}account-disabled`, { format: 'email', email: 'a@b.example' }).issuers).toEqual(
      [],
    );
  });
});

describe('the time', () => {
  const at = (stamp: unknown, claims: object = {}) =>
    Date.parse(
      translated(`${RISC}account-disabled`, annSub, { event_timestamp: stamp }, {}, claims).events[0]?.time ??
        '',
    ) - nowMs;

  it.each<[string, unknown, object, number]>([
    ['is when it happened', iat - 100, {}, -100_000],
    ['is that in milliseconds, as drafts had it', nowMs - 100_000, {}, -100_000],
    ['is that of the token, where nothing else is said', undefined, { iat: iat - 5 }, -5_000],
    ['may stand beside the events', undefined, { toe: iat - 50 }, -50_000],
    ['is not after the token was made', iat + 30, { iat: iat - 5 }, -5_000],
    ['is not in the future', undefined, { iat: iat + 30 }, 0],
    ['is not longer ago than a live event may be', iat - 40 * 86_400, { iat: iat - 5 }, -5_000],
    ['is a number', 'yesterday', {}, 0],
  ])('%s', (_, stamp, claims, expected) => {
    expect(at(stamp, claims)).toBe(expected);
  });
});

it('gives each event an id made of the token’s', () => {
  const ids = (jti: string) =>
    translated(`${RISC}account-disabled`, annSub, { reason: 'hijacking' }, {}, { jti }).events.map(
      ({ id }) => id,
    );
  expect(ids('a')).toEqual(ids('a'));
  expect(new Set([...ids('a'), ...ids('b')]).size).toBe(4);
});
