import { describe, expect, it } from 'vitest';
import type { FeedHealth } from '../../src/domain/detector.ts';
import { feedHealth, issuer, look, minuteMs, policy, sourceView, startMs } from '../../test/support/views.ts';
import { silentFeed } from './detector.ts';

const judge = (differs: Partial<FeedHealth> = {}, rules: object = {}) =>
  look(silentFeed, { on: 'feed', feed: feedHealth(differs), policy: policy(rules) });

describe('a feed that fell silent', () => {
  it('is one alert about the issuer, from when it was last heard', () => {
    const lastMs = startMs + 5 * minuteMs;
    expect(judge({ silent: true, lastMs }, { expects: { silenceSeconds: 600 } })).toEqual([
      {
        subject: { kind: 'source', key: `iss:${issuer}`, label: issuer },
        fact: 'silent',
        kind: 'alert',
        severity: 'high',
        title: `${issuer}, which reports every credential it issues, has reported none since 2026-01-05T08:05:00.000Z`,
        atMs: lastMs,
        evidence: {
          issuer,
          lastHeard: '2026-01-05T08:05:00.000Z',
          othersSince: '2026-01-05T08:00:00.000Z',
          inUse: true,
          silenceSeconds: 600,
        },
        eventIds: [],
        settlesAtMs: lastMs,
      },
    ]);
  });

  it('has the same identity however long it lasts', () => {
    const [first] = judge({ silent: true });
    const [second] = judge({ silent: true, lastMs: startMs + 60 * minuteMs });
    expect([second?.subject, second?.fact]).toEqual([first?.subject, first?.fact]);
  });
});

describe('a feed that nobody ever heard', () => {
  it('is an alert where its credentials are in use', () => {
    expect(judge({ silent: true, lastMs: undefined })).toMatchObject([
      {
        fact: 'never-heard',
        kind: 'alert',
        severity: 'high',
        atMs: startMs,
        evidence: { lastHeard: null, inUse: true, silenceSeconds: 900 },
      },
    ]);
  });

  it('is a low signal where they are not: it may be another tenant, or a name that is misspelt', () => {
    expect(judge({ silent: true, lastMs: undefined, inUse: false })).toMatchObject([
      { fact: 'never-heard', kind: 'signal', severity: 'low', evidence: { inUse: false } },
    ]);
  });
});

it('stays quiet about a feed that speaks, and about anything else', () => {
  expect(judge()).toEqual([]);
  expect(judge({ lastMs: undefined })).toEqual([]);
  expect(look(silentFeed, { on: 'source', source: sourceView(), policy: policy() })).toEqual([]);
});
