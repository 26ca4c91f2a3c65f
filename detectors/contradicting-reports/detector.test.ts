import { describe, expect, it } from 'vitest';
import type { SourceView, TokenView } from '../../src/domain/chain.ts';
import { refKey } from '../../src/domain/token.ts';
import {
  action,
  chain,
  issuer,
  look,
  minuteMs,
  policy,
  silentFeeds,
  sourceView,
  startMs,
  token,
} from '../../test/support/views.ts';
import { contradictingReports } from './detector.ts';

const ofToken = (differs: Partial<TokenView>, rules: object = {}) =>
  look(contradictingReports, { on: 'token', token: token('root', differs), policy: policy(rules) });
const ofSource = (differs: Partial<SourceView> = {}) =>
  look(contradictingReports, { on: 'source', source: sourceView(differs), policy: policy() });

describe('an id with two contents', () => {
  it('is a signal about its source, which names the event in force', () => {
    expect(ofSource()).toEqual([
      {
        subject: { kind: 'source', key: 'src://as.example', label: '//as.example' },
        fact: 'conflicting-event',
        kind: 'signal',
        severity: 'low',
        title: '//as.example sent one event with more than one content under one id',
        atMs: startMs,
        evidence: {
          source: '//as.example',
          conflicts: 1,
          inForce: [{ id: 'event-1', at: '2026-01-05T08:00:00.000Z' }],
        },
        eventIds: ['event-1'],
      },
    ]);
  });

  it('is counted beyond what is listed', () => {
    const conflicts = Array.from({ length: 20 }, (_, index) => ({ id: `e${index + 10}`, atMs: startMs }));
    const [finding] = ofSource({ conflicts, count: 300, lastMs: startMs + minuteMs });
    expect(finding?.title).toContain('300 events');
    expect(finding?.atMs).toBe(startMs + minuteMs);
    expect(finding?.evidence['conflicts']).toBe(300);
    expect(finding?.evidence['inForce']).toHaveLength(10);
    expect(finding?.eventIds).toEqual(conflicts.map(({ id }) => id));
  });
});

describe('a reference that reports disagree on', () => {
  it('is a medium signal about the token', () => {
    const contradiction = { hashes: ['sha256:a', 'sha256:b'], others: ['tok:["x","y"]'] };
    expect(ofToken({ contradiction })).toEqual([
      {
        subject: { kind: 'token', key: refKey({ iss: issuer, jti: 'root' }), label: 'root' },
        fact: 'disagreeing-reference',
        kind: 'signal',
        severity: 'medium',
        title:
          'root was shown with more than one hash, so what is reported by hash alone is not counted as its own',
        atMs: startMs,
        evidence: { token: 'root', issuer, ...contradiction },
        eventIds: ['issued-root'],
      },
    ]);
  });

  it('says when the hash is shared with another token, and when nobody issued it', () => {
    const [finding] = ofToken({
      contradiction: { hashes: ['sha256:a'], others: ['tok:["x","y"]'] },
      issuer: undefined,
      iatMs: undefined,
      firstSeenMs: startMs + minuteMs,
    });
    expect(finding?.title).toMatch(/^root shares its hash with another token,/);
    expect(finding).toMatchObject({ atMs: startMs + minuteMs, evidence: { issuer: null } });
  });
});

describe('a cycle of parents', () => {
  const cutParent = { key: 'tok:["https://as.example","leaf"]', ref: { iss: issuer, jti: 'leaf' }, level: 1 };

  it('is a low signal about the token whose edge was cut, once late reports can no longer open it', () => {
    expect(
      ofToken({ cutParent: { ...cutParent, level: 4 } }, { clocks: { latenessSeconds: 120 } }),
    ).toMatchObject([
      {
        fact: 'lineage-cycle',
        kind: 'signal',
        severity: 'low',
        title: 'root names leaf as its parent, which descends from root itself',
        evidence: { token: 'root', issuer, cutParent: 'leaf' },
        eventIds: ['issued-root'],
        settlesAtMs: startMs + 2 * minuteMs,
        linkLevel: 4,
      },
    ]);
  });

  it('stands beside a disagreement about the same token', () => {
    const found = ofToken({
      cutParent: { ...cutParent, level: 1 },
      contradiction: { hashes: ['sha256:a', 'sha256:b'], others: [] },
      issuer: undefined,
      iatMs: undefined,
    });
    expect(found.map(({ fact }) => fact)).toEqual(['disagreeing-reference', 'lineage-cycle']);
    expect(found[1]).toMatchObject({ atMs: startMs, evidence: { issuer: null } });
  });
});

describe('one call with two tokens', () => {
  const ofAction = (differs: Parameters<typeof action>[0]) =>
    look(contradictingReports, { on: 'action', action: action(differs), policy: policy() });

  it('is a low signal about the token that counts', () => {
    expect(ofAction({ otherTokens: [token('other')] })).toMatchObject([
      {
        subject: { label: 'root' },
        fact: 'differing-tokens',
        kind: 'signal',
        severity: 'low',
        title: 'One call was reported with root and with other, of which neither was made of the other',
        evidence: { token: 'root', issuer, otherTokens: ['other'] },
        eventIds: ['call-event-1'],
      },
    ]);
  });

  it('is none where one was made of the other, however far away', () => {
    const middle = token('middle', { parent: token('root') });
    expect(ofAction({ otherTokens: [token('leaf', { parent: middle })] })).toEqual([]);
    expect(ofAction({ token: token('leaf', { parent: middle }), otherTokens: [token('root')] })).toEqual([]);
  });

  it('is none where the call has no token that counts', () => {
    expect(ofAction({ token: undefined, otherTokens: [token('other')] })).toEqual([]);
  });
});

describe('a circle of calls', () => {
  const circles = [
    { callId: 'a', parentCallId: 'c', atMs: startMs + minuteMs, eventIds: ['tool-a'] },
    { callId: 'x', parentCallId: 'x', atMs: startMs + 2 * minuteMs, eventIds: ['tool-x'] },
  ];
  const ofChain = (differs: Parameters<typeof chain>[0]) =>
    look(contradictingReports, { on: 'chain', chain: chain(differs), feeds: silentFeeds, policy: policy() });

  it('is one low signal about its chain, however many circles there are', () => {
    expect(ofChain({ circles })).toMatchObject([
      {
        subject: { kind: 'chain' },
        fact: 'call-cycle',
        kind: 'signal',
        severity: 'low',
        title: 'Call a names c as its parent, which descends from a itself',
        atMs: startMs + minuteMs,
        evidence: {
          circles: [
            { callId: 'a', parentCallId: 'c' },
            { callId: 'x', parentCallId: 'x' },
          ],
        },
        eventIds: ['tool-a', 'tool-x'],
        linkLevel: 4,
      },
    ]);
  });

  it('says it of a call that names itself', () => {
    expect(ofChain({ circles: circles.slice(1) })[0]?.title).toBe('Call x names itself as its parent');
  });

  it('is none where calls have a beginning', () => {
    expect(ofChain({})).toEqual([]);
  });
});

it('stays quiet about a token that nobody contradicts, and about actions', () => {
  expect(ofToken({ parent: token('parent') })).toEqual([]);
  expect(look(contradictingReports, { on: 'action', action: action(), policy: policy() })).toEqual([]);
});
