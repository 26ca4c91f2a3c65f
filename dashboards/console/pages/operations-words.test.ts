import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../api.ts';
import { aboutLink, auditSentence } from './audit-words.ts';
import { frameworkRows } from './detectors-coverage.ts';
import type { HealthRead } from './health.ts';
import { concernsOf } from './health-concerns.ts';

describe('the audit in words', () => {
  it.each([
    ['plan.made', { verdict: 'propose', steps: [1, 2] }, 'propose, 2 to revoke'],
    ['plan.decision', { verb: 'approve' }, 'approve'],
    ['person.refused', { verb: 'approve', why: 'it is their own' }, 'approve: it is their own'],
    [
      'response.state',
      { action: 'token.revoke', state: 'failed', mode: 'dry_run' },
      'token.revoke failed (dry run)',
    ],
    ['mode.changed', { detector: 'scope-creep', mode: 'auto' }, 'scope-creep: auto'],
    ['key.changed', { name: 'ci', role: 'publisher', hostile: {} }, 'ci publisher'],
  ] as const)('%s', (kind, body, words) => {
    expect(auditSentence({ kind, body })).toBe(words);
  });

  it('leads to what an entry is about, and nowhere for what has no page', () => {
    expect(String(aboutLink('pln_0123456789'))).toBe(
      '<a href="/plans/pln_0123456789" title="pln_0123456789">plan …456789</a>',
    );
    expect(String(aboutLink('scope-creep'))).toContain('href="/detectors/scope-creep"');
    expect(String(aboutLink('"><script>'))).toBe('<code>&quot;&gt;&lt;script&gt;</code>');
  });
});

it('gathers what bears one label of a framework', () => {
  const label = { framework: 'ATT&CK', corrected: 'T1134', asPrinted: 'T1134 Token Theft' };
  const other = { framework: 'ATLAS', corrected: 'AML.T0053' };
  expect(
    frameworkRows([
      { id: 'a', frameworks: [label, label, other] },
      { id: 'b', frameworks: [label] },
    ]),
  ).toMatchObject([
    { framework: 'ATLAS', detectors: ['a'] },
    { framework: 'ATT&CK', label: 'T1134', asPrinted: 'T1134 Token Theft', detectors: ['a', 'b'] },
  ]);
});

describe('what somebody has to look at', () => {
  const well = {
    health: {
      ok: true,
      value: {
        checks: [{ name: 'store', state: 'ok', reason: '', since: '' }],
        time: { lagSeconds: 600 },
        log: { storeStuckSeconds: 0 },
        detection: { storeStuckSeconds: 0 },
        detectors: [{ detector: 'a', faults: 0 }],
      },
    },
    intake: { ok: true, value: { producers: [{ state: 'well' }, { state: 'rare' }], refusals: [] } },
    channels: {
      ok: true,
      value: {
        items: [
          { name: 'pager', state: 'well' },
          { name: 'x', state: 'disabled' },
        ],
      },
    },
    dead: { ok: true, value: { items: [{ isCancelled: true }] } },
    detectors: { ok: true, value: { items: [{ id: 'a', on: true }] } },
  } as unknown as HealthRead;
  const words = (over: object) => concernsOf({ ...well, ...over } as HealthRead).map(({ text }) => text);
  const ok = (value: unknown) => ({ ok: true, value });

  it('is nothing when all is well', () => {
    expect(words({})).toEqual([]);
  });

  it('is whoever fell silent, delivers late or was refused, worst first', () => {
    const producers = ['late', 'silent', 'ahead', 'never'].map((state) => ({ state }));
    const intake = ok({ producers, refusals: [{ count: 3 }, { count: 1 }] });
    expect(words({ intake })).toEqual([
      '1 producer fell silent',
      '1 producer has a clock ahead of ours',
      '1 producer delivers late, or by a slow clock',
      '1 publisher was not heard',
      '4 messages were refused',
    ]);
  });

  it('is a detector that is off or throws, a way out that fails, and what was given up', () => {
    expect(
      words({
        detectors: ok({ items: [{ id: 'a', on: false, switched: { by: 'watchdog' } }] }),
        channels: ok({ items: [{ name: 'pager', state: 'gone' }] }),
        dead: ok({ items: [{ isCancelled: false }] }),
      }),
    ).toEqual(['pager: gone', '1 message was given up', 'a is off: the watchdog turned it off']);
  });

  it('is what cannot be read: that is not nothing', () => {
    const failed = { ok: false, problem: new ApiProblem({} as never).problem };
    expect(
      words({ health: failed, intake: failed, channels: failed, dead: failed, detectors: failed }),
    ).toEqual([
      'The process does not say how it is doing',
      'Who is heard cannot be read',
      'The ways out cannot be read',
      'Detectors cannot be read',
    ]);
  });
});
