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
import { senderConstraint } from './detector.ts';

/** SHA-256 thumbprints: zeros and ones, as RFC 9449 and RFC 8705 write them. */
const key = 'A'.repeat(43);
const other = `${'_'.repeat(42)}8`;
const at = (minutes: number) => startMs + minutes * minuteMs;

function api(differs: Partial<ActionView> = {}): ActionView {
  return action({
    ...{ kind: 'api', action: 'write', needs: 'crm:write', tool: undefined, target: { system: 'crm' } },
    ...differs,
  });
}

function use(cnf: TokenView['cnf'], sender: ActionView['sender'], differs: Partial<ActionView> = {}) {
  const held = token('root', { cnf });
  const sighting = {
    on: 'action',
    action: api({ token: held, sender, ...differs }),
    policy: policy(),
  } as const;
  return look(senderConstraint, sighting);
}

function sight(held: TokenView, config: object = {}) {
  return look(senderConstraint, { on: 'token', token: held, policy: policy() }, config);
}

describe('the wrong key', () => {
  it('says which key the token is bound to and which one was proved', () => {
    expect(use({ jkt: key }, { jkt: other })).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'wrong-key',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did crm:write with a key that its token is not bound to',
        atMs: at(10),
        evidence: {
          action: 'crm:write',
          effect: 'write',
          outcome: 'accepted',
          usedAt: '2026-01-05T08:10:00.000Z',
          method: 'jkt',
          boundTo: key,
          provedKey: other,
          system: 'crm',
        },
        eventIds: ['call-event-1', 'issued-root'],
        revoke: token('root').ref,
      },
    ]);
  });

  it.each([
    ['the same key', { jkt: key }, { jkt: key }, 0],
    ['another certificate', { x5t: key }, { x5t: other }, 1],
    [
      'the right key behind a proxy with a certificate of its own',
      { jkt: key, x5t: key },
      { jkt: key, x5t: other },
      0,
    ],
    ['two wrong ones', { jkt: key, x5t: key }, { jkt: other, x5t: other }, 1],
    ['a proof of another sort', { jkt: key }, { x5t: other }, 0],
    ['no proof', { jkt: key }, undefined, 0],
    ['a proof without a key', { jkt: key }, { jti: 'p1' }, 0],
    ['a token for any bearer', undefined, { jkt: other }, 0],
    ['the same digest in hexadecimal', { x5t: key }, { x5t: '00'.repeat(32) }, 0],
    ['the same digest with colons', { x5t: `${'AB:'.repeat(31)}AB` }, { x5t: 'ab'.repeat(32) }, 0],
    ['the same digest with padding', { x5t: `${other}=` }, { x5t: other }, 0],
    ['the same digest in plain base64', { x5t: `${'/'.repeat(42)}8=` }, { x5t: other }, 0],
    ['another digest in hexadecimal', { x5t: key }, { x5t: '01'.repeat(32) }, 1],
    ['a digest of another length', { x5t: key }, { x5t: '00'.repeat(20) }, 0],
  ])('%s', (_, cnf, sender, count) => {
    expect(use(cnf, sender)).toHaveLength(count);
  });

  it.each([
    ['a refusal', { outcome: 'denied' }, 'signal', 'low'],
    ['the platform', { platform: true }, 'signal', 'low'],
    ['nobody reporting a refusal', { outcome: 'unknown' }, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
  ] as const)('%s is %3$s', (_, differs, kind, severity) => {
    expect(use({ jkt: key }, { jkt: other }, differs)).toMatchObject([{ kind, severity }]);
  });

  it('reads the binding that a resource server saw where no issuer spoke', () => {
    expect(use(undefined, { jkt: other }, { presented: { cnf: { jkt: key } } })).toHaveLength(1);
    expect(use({ jkt: other }, { jkt: other }, { presented: { cnf: { jkt: key } } })).toEqual([]);
  });

  it('stays quiet without a token', () => {
    expect(use({ jkt: key }, { jkt: other }, { token: undefined })).toEqual([]);
  });
});

describe('a proof replayed', () => {
  const call = (id: string, minutes: number, differs: Partial<ActionView> = {}) =>
    api({
      ...{ id, atMs: at(minutes), sender: { jkt: key, jti: 'proof-1' } },
      ...{ httpRequestIds: [`http-${id}`], eventIds: [`event-${id}`] },
      ...differs,
    });
  const replayed = (...uses: readonly ActionView[]) => sight(token('root', { cnf: { jkt: key }, uses }));

  it('blames the second request and shows both', () => {
    const found = replayed(call('a', 1), call('b', 2, { target: { system: 'erp' } }));
    expect(found).toMatchObject([
      {
        fact: 'proof-replayed',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did crm:write with a proof that another request had been sent with',
        atMs: at(2),
        evidence: {
          proof: 'proof-1',
          system: 'erp',
          firstSystem: 'crm',
          firstAt: '2026-01-05T08:01:00.000Z',
        },
        eventIds: ['event-b', 'event-a', 'issued-root'],
        shownBy: 'b',
        revoke: token('root').ref,
      },
    ]);
  });

  it.each([
    ['proofs of their own', [{}, { sender: { jkt: key, jti: 'proof-2' } }], undefined],
    ['no proofs', [{ sender: { jkt: key } }, { sender: { jkt: key } }], undefined],
    ['one request, seen twice', [{ httpRequestIds: ['x'] }, { httpRequestIds: ['x', 'y'] }], undefined],
    ['a request that does not say which it is', [{ httpRequestIds: [] }, {}], undefined],
    ['another try after a failure', [{ outcome: 'failed' }, {}], undefined],
    ['a refused first one', [{ outcome: 'denied' }, {}], undefined],
    ['a refused second one', [{}, { outcome: 'denied' }], 'signal'],
    ['a failed second one', [{}, { outcome: 'failed' }], 'signal'],
    ['two that went through', [{}, { outcome: 'unknown' }], 'alert'],
  ] as const)('%s', (_, [first, second], kind) => {
    const found = replayed(call('a', 1, first), call('b', 2, second));
    expect(found.map((finding) => finding.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  it('goes on looking after a refused one', () => {
    const found = replayed(call('a', 1), call('b', 2, { outcome: 'denied' }), call('c', 3));
    expect(found).toMatchObject([
      { kind: 'alert', shownBy: 'c', evidence: { firstAt: '2026-01-05T08:01:00.000Z' } },
    ]);
  });
});

describe('the binding dropped', () => {
  const drop = (child: Partial<TokenView> = {}, parent: Partial<TokenView> = {}, config: object = {}) =>
    sight(lineOf({ cnf: { jkt: key }, ...parent }, { parentLevel: 3, ...child }), config);

  it('is a signal that names the parent', () => {
    expect(drop()).toMatchObject([
      {
        subject: { label: 'hop-1' },
        fact: 'constraint-dropped',
        kind: 'signal',
        severity: 'medium',
        title: 'CRM agent got a token for any bearer from root, which is bound to a key',
        evidence: {
          parent: 'root',
          boundTo: key,
          tokenKind: 'access_token',
          grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
          linkLevel: 3,
        },
        eventIds: ['issued-hop-1', 'issued-root'],
        linkLevel: 3,
      },
    ]);
  });

  it.each([
    ['bound to a key of its own', { cnf: { jkt: other } }, {}, 0],
    ['bound to a certificate', { cnf: { x5t: other } }, {}, 0],
    ['an empty binding', { cnf: {} }, {}, 1],
    ['made from a token for any bearer', {}, { cnf: undefined }, 0],
    ['made from one with an empty binding', {}, { cnf: {} }, 0],
    ['a refresh, which does not repeat it', { tokenKind: undefined }, {}, 0],
    ['a token that no issuer reported', { issued: false }, {}, 0],
    ['a transaction token', { tokenKind: 'urn:ietf:params:oauth:token-type:txn_token' }, {}, 0],
    ['an identity token', { tokenKind: 'id_token' }, {}, 0],
  ] as const)('%s', (_, child, parent, count) => {
    expect(drop(child as Partial<TokenView>, parent)).toHaveLength(count);
  });

  it('happened when it was minted, else when it was first heard of', () => {
    expect(drop({ iatMs: at(1), firstSeenMs: at(2) })).toMatchObject([{ atMs: at(1) }]);
    expect(drop({ iatMs: undefined, firstSeenMs: at(2) })).toMatchObject([{ atMs: at(2) }]);
  });

  it('weighs less where another issuer may not report keys', () => {
    expect(drop({ issuer: 'https://other.example' })).toMatchObject([{ severity: 'low' }]);
    expect(drop({ issuer: undefined }, { issuer: undefined })).toMatchObject([{ severity: 'low' }]);
  });

  it('takes the kinds that need no binding from the configuration', () => {
    expect(drop({}, {}, { bearerKinds: ['access_*'] })).toEqual([]);
  });
});

it('looks at tokens and actions only', () => {
  const sighting = { on: 'chain', chain: chain(), feeds: silentFeeds, policy: policy() } as const;
  expect(look(senderConstraint, sighting)).toEqual([]);
});
