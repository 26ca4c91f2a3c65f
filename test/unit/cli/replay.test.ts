import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareStored } from '../../../src/cli/replay-compare.ts';
import { collectSettings, momentOrAge, withSettings } from '../../../src/cli/replay-options.ts';
import type { Alert, AlertWithLife } from '../../../src/domain/alert.ts';
import type { AlertQuery } from '../../../src/domain/ports.ts';
import type { ReplayDiff } from '../../../src/evaluate/replay-diff.ts';
import { chainwarden, temporaryFolder } from './support.ts';

const folder = temporaryFolder();

describe('replay', () => {
  it('explains itself: the mode, the exit codes, an example', async () => {
    const { code, out } = await chainwarden(['replay', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Shadow is the only mode/);
    expect(out).toMatch(/Exit codes: 0 .*; 1 with --diff/);
    expect(out).toContain('chainwarden replay --diff --from 14d --policy changed.yaml');
  });

  it.each([
    [['--from', 'yesterday'], /ISO 8601 time.* or an age: 14d/],
    [['--from', '1d', '--to', '2d'], /--from has to lie before --to/],
    [['--mode', 'live'], /Allowed choices are shadow/],
    [['--detector', 'scope-crep'], /no detector is called scope-crep; there are/],
    [['--set', 'highFactor=3'], /<detector>.<member>=<value>/],
    [['--set', 'scope-creep.'], /<detector>.<member>=<value>/],
    [['--set', 'scope-crep.severities.high=3'], /scope-crep, which is no detector/],
    [['--set', 'unusual-fan-out.highFactor=many'], /detectors.unusual-fan-out.highFactor/],
    [['--policy', '/nowhere/at.yaml'], /the policy file \/nowhere\/at.yaml cannot be read/],
  ])('answers a mistake before it opens anything: %j', async (argv, sentence) => {
    const { code, out, err } = await chainwarden(['replay', ...argv]);
    expect(err).toMatch(sentence);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('says that there is no store, and makes none', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, JSON.stringify({ data: join(folder, 'empty') }));
    const { code, out, err } = await chainwarden(['replay', '--config', config]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(`there is no store in the data folder ${join(folder, 'empty')}`);
  });

  it('says which server does not answer', async () => {
    const config = join(folder, 'server.yaml');
    writeFileSync(config, JSON.stringify({ clickhouse: { url: 'http://127.0.0.1:9' } }));
    const { code, err } = await chainwarden(['replay', '--config', config]);
    expect(code).toBe(3);
    expect(err).toBe('the store 127.0.0.1:9 does not answer\n');
  });
});

describe('the options of replay', () => {
  it('read a moment, or an age', () => {
    const read = momentOrAge(() => Date.UTC(2026, 2, 15));
    expect(read('14d')).toBe(Date.UTC(2026, 2, 1));
    expect(read('36h')).toBe(Date.UTC(2026, 2, 13, 12));
    expect(read('90m')).toBe(Date.UTC(2026, 2, 14, 22, 30));
    expect(read('2026-03-02T08:00:00Z')).toBe(Date.UTC(2026, 2, 2, 8));
  });

  it('lay settings over a configuration, and leave that as it is', () => {
    const before = { a: { x: 1, deep: { y: 1, z: 1 } }, b: { x: 1 } };
    const set = ['a.deep.y=2', 'a.text=so', 'c.list=[1]', 'a.eq=x=y'].reduce<
      ReturnType<typeof collectSettings>
    >((all, text) => collectSettings(text, all), []);
    expect(withSettings(before, set)).toEqual({
      a: { x: 1, deep: { y: 2, z: 1 }, text: 'so', eq: 'x=y' },
      b: { x: 1 },
      c: { list: [1] },
    });
    expect(before.a.deep.y).toBe(1);
    const odd = withSettings({}, collectSettings('__proto__.polluted=1'));
    expect(Object.keys(odd)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the comparison with a store', () => {
  const alertOf = (tenant: string, id: string) =>
    ({
      ...{ tenant, id, version: 1, detector: 'scope-creep', detectorVersion: 1, basis: 'deterministic' },
      ...{ kind: 'alert', severity: 'high', facts: [], settled: true, withdrawn: false, firstAtMs: 0 },
    }) as unknown as AlertWithLife;
  const stored = [alertOf('a', 'a1'), alertOf('a', 'a2'), alertOf('a', 'a3'), alertOf('b', 'b1')];
  const scope = {
    ...{
      fromMs: Number.NEGATIVE_INFINITY,
      toMs: Number.POSITIVE_INFINITY,
      handledSeq: 5,
      detector: 'scope-creep',
    },
    ...{ tenants: ['a', 'b'], versions: new Map([['scope-creep', 1]]) },
  };
  const replayed = new Map<string, Alert>([...stored, alertOf('b', 'b2')].map((one) => [one.id, one]));

  /** Pages of one alert each; some are not in the list when their page is read, and can still be asked for. */
  function storeWith(begunSeq: number, slipped: readonly string[] = []) {
    const asked: string[] = [];
    const progress = { handledSeq: begunSeq, begunSeq, checkpointSeq: 0 };
    return {
      asked,
      progress: async () => progress,
      alert: async (_: string, id: string) => stored.find((one) => one.id === id),
      async alerts({ tenant, cursor, detector }: AlertQuery) {
        asked.push(`${tenant} ${detector}`);
        const at = Number(cursor ?? 0);
        const listed = stored.filter((one) => one.tenant === tenant && !slipped.includes(one.id));
        return { items: listed.slice(at, at + 1), next: at + 1 < listed.length ? String(at + 1) : undefined };
      },
    };
  }
  const told = ({ differences }: ReplayDiff) => differences.map(({ diff, alert }) => `${diff} ${alert.id}`);

  it('reads every page of every tenant', async () => {
    const store = storeWith(5);
    expect(told(await compareStored(store, replayed, scope))).toEqual(['new b2']);
    expect(store.asked).toEqual([...Array(3).fill('a scope-creep'), 'b scope-creep']);
  });

  it('asks by name for what may have moved while it read', async () => {
    const moving = await compareStored(storeWith(6, ['a2']), replayed, scope);
    expect(told(moving)).toEqual(['new b2']);
    const still = await compareStored(storeWith(5, ['a2']), replayed, scope);
    expect(told(still)).toEqual(['new a2', 'new b2']);
  });
});
