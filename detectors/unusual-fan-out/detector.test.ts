import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  action,
  chain,
  look,
  minuteMs,
  policy,
  principalWindow,
  silentFeeds,
  startMs,
  token,
} from '../../test/support/views.ts';
import { unusualFanOut } from './detector.ts';

const rules = policy({
  fanOut: {
    childrenPerToken: 2,
    targetsPerChain: 2,
    toolsPerChain: 2,
    targetsPerPrincipalHour: 2,
    toolsPerPrincipalHour: 2,
  },
});

const ofToken = (differs: Parameters<typeof token>[1]) =>
  look(unusualFanOut, { on: 'token', token: token('root', differs), policy: rules });
const ofChain = (differs: Parameters<typeof chain>[0]) =>
  look(unusualFanOut, { on: 'chain', chain: chain(differs), feeds: silentFeeds, policy: rules });
const ofPrincipal = (differs: Parameters<typeof principalWindow>[0], config: object = {}) =>
  look(unusualFanOut, { on: 'principal', window: principalWindow(differs), policy: rules }, config);

describe('children of one token', () => {
  it('shows the count, the ceiling and the credential to revoke', () => {
    expect(ofToken({ childCount: 3 })).toEqual([
      {
        subject: { kind: 'token', key: token('root').key, label: 'root' },
        fact: 'children-per-token',
        kind: 'alert',
        severity: 'medium',
        title: 'The token of CRM agent reached 3 child tokens; policy allows 2',
        atMs: startMs,
        evidence: { observed: 3, ceiling: 2 },
        eventIds: ['issued-root'],
        revoke: token('root').ref,
      },
    ]);
  });

  it('does not count the children of a standing credential', () => {
    expect(ofToken({ childCount: 300, standing: true })).toEqual([]);
  });

  it('falls back to the first sighting when the time of the mint is unknown', () => {
    expect(ofToken({ childCount: 3, iatMs: undefined, firstSeenMs: startMs + 7 })[0]?.atMs).toBe(startMs + 7);
  });
});

describe('targets and tools of one chain', () => {
  it('reports each dimension that is exceeded', () => {
    const findings = ofChain({ targets: ['c', 'a', 'b'], targetCount: 3, tools: ['x'], toolCount: 6 });
    expect(findings).toMatchObject([
      {
        fact: 'targets-per-chain',
        severity: 'medium',
        title: 'The chain of ann@example reached 3 targets; policy allows 2',
        evidence: { observed: 3, ceiling: 2, sample: ['a', 'b', 'c'] },
        atMs: startMs + 10 * minuteMs,
      },
      { fact: 'tools-per-chain', severity: 'high', evidence: { observed: 6, sample: ['x'] } },
    ]);
  });

  it('keeps quiet about the dimension that is exactly at its ceiling', () => {
    expect(ofChain({ targetCount: 3, toolCount: 2 }).map((finding) => finding.fact)).toEqual([
      'targets-per-chain',
    ]);
  });

  it('never pages for the platform', () => {
    expect(ofChain({ targetCount: 3, platform: true })).toMatchObject([{ kind: 'signal' }]);
  });

  it('speaks of a chain whose initiator is unknown', () => {
    expect(ofChain({ toolCount: 3, initiator: undefined })[0]?.title).toMatch(/^A chain reached 3 tools/);
  });
});

describe('targets and tools of one principal in one hour', () => {
  it('names the hour', () => {
    expect(ofPrincipal({ targetCount: 3, toolCount: 1 })).toMatchObject([
      {
        subject: { kind: 'principal', key: 'prn:agent/crm', label: 'CRM agent' },
        fact: 'targets-per-principal-hour',
        title: 'CRM agent reached 3 targets within one hour; policy allows 2',
        evidence: { hour: '2026-01-05T08:00:00.000Z' },
      },
    ]);
    expect(ofPrincipal({ toolCount: 3 })).toMatchObject([{ fact: 'tools-per-principal-hour' }]);
  });

  it('is high from the configured multiple of the ceiling on', () => {
    expect(ofPrincipal({ toolCount: 4 })).toMatchObject([{ severity: 'medium' }]);
    expect(ofPrincipal({ toolCount: 4 }, { highFactor: 2 })).toMatchObject([{ severity: 'high' }]);
  });
});

it('fires above a ceiling and never at or below it', () => {
  fc.assert(
    fc.property(fc.nat(6), (count) => {
      const counts = { targetCount: count, toolCount: count };
      const expected = count > 2;
      expect(ofToken({ childCount: count }).length > 0).toBe(expected);
      expect(ofChain(counts).length > 0).toBe(expected);
      expect(ofPrincipal(counts).length > 0).toBe(expected);
    }),
  );
});

it('does not look at single actions', () => {
  expect(look(unusualFanOut, { on: 'action', action: action(), policy: rules })).toEqual([]);
});
