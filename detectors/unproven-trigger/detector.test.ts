import { describe, expect, it } from 'vitest';
import type {
  ActionView,
  Exposure,
  IdentityChange,
  PeopleView,
  RequestView,
} from '../../src/domain/chain.ts';
import {
  action,
  chain,
  livelyFeeds,
  look,
  minuteMs,
  policy,
  startMs,
  strangers,
  token,
} from '../../test/support/views.ts';
import { unprovenTrigger } from './detector.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const verified = { verified: true, method: 'hmac', keyId: 'key-1' };
const refuted = { verified: false };

function request(differs: Partial<RequestView> = {}): RequestView {
  return {
    triggerId: 'r1',
    atMs: at(5),
    initiator: { id: 'supplier', kind: 'system' },
    kind: 'webhook',
    provenance: verified,
    ticket: undefined,
    task: undefined,
    eventId: 'request-1',
    ends: [],
    ...differs,
  };
}

interface Given {
  readonly request?: Partial<RequestView>;
  readonly others?: readonly RequestView[];
  readonly people?: PeopleView;
  readonly config?: object;
  readonly isPlatform?: boolean;
}

function judge(actions: readonly Partial<ActionView>[], given: Given = {}) {
  const seen = actions.map((one, index) => action({ id: `call-${index}`, ...one }));
  const requests = [request(given.request), ...(given.others ?? [])];
  return look(
    unprovenTrigger,
    {
      on: 'chain',
      chain: chain({ actions: seen, requests, rootKey: 'the chain', platform: given.isPlatform ?? false }),
      feeds: livelyFeeds,
      policy: policy(),
      people: given.people ?? strangers,
    },
    given.config,
  );
}

describe('an unverified webhook', () => {
  it('says what was changed for whom, and on what proof', () => {
    expect(
      judge([{}], { request: { provenance: { verified: false, method: 'hmac', keyId: 'key-1' } } }),
    ).toEqual([
      {
        subject: { kind: 'chain', key: 'the chain', label: 'root' },
        fact: 'unverified-webhook',
        kind: 'alert',
        severity: 'high',
        title: 'CRM agent did tool:send_mail for a webhook whose sender was not verified',
        atMs: at(10),
        evidence: {
          action: 'tool:send_mail',
          target: null,
          effect: 'write',
          outcome: 'accepted',
          doneAt: '2026-01-05T08:10:00.000Z',
          request: 'r1',
          initiator: 'supplier',
          kind: 'webhook',
          verified: false,
          method: 'hmac',
          keyId: 'key-1',
          tie: 'alone',
          actions: ['tool:send_mail'],
          actionCount: 1,
        },
        eventIds: ['call-event-1', 'request-1'],
        settlesAtMs: at(20),
        revoke: token('root').ref,
        shownBy: 'call-0',
      },
    ]);
  });

  it.each<[string, Partial<RequestView>, string | undefined]>([
    ['verified', {}, undefined],
    ['refuted', { provenance: refuted }, 'alert'],
    ['a refuted alarm', { kind: 'alert', provenance: refuted }, 'alert'],
    ['a refuted person', { kind: 'human', provenance: refuted }, 'alert'],
    ['nobody says', { provenance: undefined }, 'signal'],
    ['an alarm of which nobody says', { kind: 'alert', provenance: undefined }, undefined],
    ['a person of whom nobody says', { kind: 'human', provenance: undefined }, undefined],
  ])('%s', (_, differs, kind) => {
    expect(judge([{}], { request: differs }).map((one) => one.kind)).toEqual(
      kind === undefined ? [] : [kind],
    );
  });

  it('pages where the configuration wants proof stated', () => {
    const unstated = { request: { provenance: undefined }, config: { unstated: 'alert' } };
    expect(judge([{}], unstated)).toMatchObject([
      {
        kind: 'alert',
        title: 'CRM agent did tool:send_mail for a webhook whose sender nobody says was verified',
        evidence: { verified: null, method: null, keyId: null },
      },
    ]);
  });

  it.each<[string, Partial<ActionView>, string | undefined, string | undefined]>([
    ['a write', {}, 'alert', 'high'],
    ['a deletion', { effect: 'delete' }, 'alert', 'critical'],
    ['nobody knows what', { effect: 'unknown', needs: 'tool:frob', action: 'frob' }, 'signal', 'low'],
    ['a read', { effect: 'read' }, undefined, undefined],
    ['refused', { outcome: 'denied' }, undefined, undefined],
    ['failed', { outcome: 'failed' }, undefined, undefined],
    ['the platform’s', { platform: true }, undefined, undefined],
    ['before it, to the skew', { atMs: at(4) - 1 }, undefined, undefined],
    ['with it, to the skew', { atMs: at(4) }, 'alert', 'high'],
  ])('sets off what was %s', (_, differs, kind, severity) => {
    const found = judge([differs], { request: { provenance: refuted } });
    expect(found).toHaveLength(kind === undefined ? 0 : 1);
    if (kind !== undefined) expect(found).toMatchObject([{ kind, severity }]);
  });

  it('may be filed where the configuration says so', () => {
    const config = { triage: ['tool:send_*'] };
    expect(judge([{}], { request: { provenance: refuted }, config })).toEqual([]);
  });

  const txn = { txn: 't1' };
  it.each<[string, Partial<ActionView>, Given, string | undefined, boolean]>([
    ['its transaction', txn, { request: txn }, 'alert', false],
    ['another transaction', { txn: 't2' }, { request: txn }, undefined, false],
    ['nobody knows which', {}, { others: [request({ triggerId: 'r2' })] }, 'signal', true],
  ])('belongs to what it set off: %s', (_, differs, given, kind, waits) => {
    const found = judge([differs], { ...given, request: { provenance: refuted, ...given.request } });
    expect(found.map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
    if (found[0] !== undefined) expect('settlesAtMs' in found[0]).toBe(waits);
  });
});

function known(
  id: string,
  changes: readonly [IdentityChange['change'], number][],
  exposedAt?: number,
  iss?: string,
): PeopleView {
  const exposure: Exposure | undefined =
    exposedAt === undefined
      ? undefined
      : { atMs: at(exposedAt), where: undefined, by: undefined, eventId: 'exposed-1' };
  return {
    ...strangers,
    of: (who) =>
      who.id === id && who.iss === iss
        ? {
            changes: changes.map(([change, minutes]) => ({
              atMs: at(minutes),
              change,
              session: undefined,
              eventId: `${change}-${minutes}`,
            })),
            exposure,
          }
        : { changes: [], exposure: undefined },
  };
}

describe('a compromised source', () => {
  it('says which, and since when', () => {
    expect(judge([{}], { people: known('supplier', [['compromised', 6]]) })).toMatchObject([
      {
        fact: 'compromised-source',
        kind: 'alert',
        severity: 'critical',
        title: 'CRM agent did tool:send_mail for a webhook of supplier, whose source is compromised',
        evidence: {
          source: 'supplier',
          taint: 'compromised',
          taintedAt: '2026-01-05T08:06:00.000Z',
          verified: true,
        },
        eventIds: ['call-event-1', 'compromised-6', 'request-1'],
      },
    ]);
  });

  it.each<[string, PeopleView, string | undefined]>([
    ['before it called', known('supplier', [['compromised', 1]]), 'alert'],
    ['while it is done', known('supplier', [['compromised', 10]]), 'alert'],
    ['afterwards', known('supplier', [['compromised', 11]]), 'signal'],
    ['long afterwards', known('supplier', [['compromised', 5 + 1440 + 1]]), undefined],
    [
      'and enabled again',
      known('supplier', [
        ['compromised', 1],
        ['enabled', 2],
      ]),
      undefined,
    ],
    [
      'and enabled again afterwards',
      known('supplier', [
        ['compromised', 1],
        ['enabled', 11],
      ]),
      'alert',
    ],
    [
      'enabled before',
      known('supplier', [
        ['enabled', 1],
        ['compromised', 2],
      ]),
      'alert',
    ],
    [
      'and its key changed, perhaps by whoever took it',
      known('supplier', [
        ['compromised', 1],
        ['credential-changed', 2],
      ]),
      'alert',
    ],
    ['its key was compromised', known('key-1', [['compromised', 1]]), 'alert'],
    ['its key is out', known('key-1', [], 1), 'alert'],
    ['its key is out, and was changed', known('key-1', [['credential-changed', 2]], 1), undefined],
    ['its key was changed, and is out', known('key-1', [['credential-changed', 1]], 2), 'alert'],
    ['its credential is out', known('supplier', [], 1), 'alert'],
    ['another one', known('somebody', [['compromised', 1]]), undefined],
    ['something else became of it', known('supplier', [['risk', 1]]), undefined],
  ])('%s', (_, people, kind) => {
    expect(judge([{}], { people }).map((one) => one.kind)).toEqual(kind === undefined ? [] : [kind]);
  });

  it('knows a key by the issuer of its owner', () => {
    const initiator = { id: 'supplier', kind: 'system', iss: 'https://idp' } as const;
    const people = known('key-1', [['compromised', 1]], undefined, 'https://idp');
    expect(judge([{}], { people, request: { initiator } })).toHaveLength(1);
    expect(judge([{}], { people })).toEqual([]);
  });

  it.each<[string, Partial<RequestView>, number]>([
    ['an alarm', { kind: 'alert' }, 1],
    ['a schedule', { kind: 'schedule' }, 1],
    ['a person: that is told by who outlived whom', { kind: 'human' }, 0],
  ])('is that of %s', (_, differs, count) => {
    expect(judge([{}], { request: differs, people: known('supplier', [['compromised', 1]]) })).toHaveLength(
      count,
    );
  });

  it('is told before a missing proof', () => {
    const people = known('supplier', [['compromised', 1]]);
    expect(judge([{}], { people, request: { provenance: refuted } })).toMatchObject([
      { fact: 'compromised-source' },
    ]);
  });

  it('looks back as far as the configuration says', () => {
    const people = known('supplier', [['compromised', 15]]);
    expect(judge([{}], { people, config: { lookbackSeconds: 600 } })).toHaveLength(1);
    expect(judge([{}], { people, config: { lookbackSeconds: 599 } })).toEqual([]);
  });
});

it('has nothing to say of the platform, and of single actions', () => {
  expect(judge([{}], { request: { provenance: refuted }, isPlatform: true })).toEqual([]);
  expect(look(unprovenTrigger, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
