import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Alert } from '../../src/domain/alert.ts';
import type { Store } from '../../src/domain/ports.ts';
import type { SimulatedEvent } from '../../src/evaluate/index.ts';
import { openStore } from '../../src/store/index.ts';
import { openFront } from '../integration/store/front.ts';
import { apiOf } from '../support/api.ts';
import { blocks, readProject } from '../support/markdown.ts';
import { type Ended, runProgram, startService, temporaryFolder } from '../support/service.ts';
import { detectedIn, essenceOfAlerts, standingAlerts, worldOfNow, policy as worlds } from './world.ts';

/** What rests on how alive a feed was is not judged again when a process dies while the feed fills in its past. */
const policy = { ...worlds, detectors: { 'unvalidated-action': { mode: 'draft' } } };
const BATCH_EVENTS = 25;
const world = worldOfNow(21, 100);
const folder = temporaryFolder();
const data = join(folder, 'data');
const config = join(folder, 'config.yaml');
const changed = join(folder, 'changed.yaml');
/** Nobody expects an issuer to log everything; many children of a token are few, and few tools of a chain many. */
const fanOut = { childrenPerToken: 10_000, toolsPerChain: 3 };
const changedPolicy = { ...policy, expects: { issuers: [] }, fanOut };

const replay = (...args: string[]): Promise<Ended> => {
  const store = args.includes('--config') ? [] : ['--config', config];
  return runProgram(['replay', ...store, ...args], { CHAINWARDEN_DATA: data });
};

interface Line {
  readonly id: string;
  readonly diff: string;
  readonly counts: boolean;
  readonly [member: string]: unknown;
}

const linesOf = ({ stdout }: Ended): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

async function inStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ path: join(data, 'store') });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('replay of a store that a service filled, killed twice on the way', () => {
  const batches: SimulatedEvent[][] = [];
  for (let at = 0; at < world.length; at += BATCH_EVENTS) batches.push(world.slice(at, at + BATCH_EVENTS));
  const afterKills: Ended[] = [];
  let whileRunning: Ended;
  let expected: Awaited<ReturnType<typeof detectedIn>>;

  beforeAll(async () => {
    writeFileSync(config, stringify({ logLevel: 'warn', policy }));
    // A policy file has no anchors: what is reviewed has to be what is read.
    writeFileSync(changed, stringify(changedPolicy, { aliasDuplicateObjects: false }));
    expected = await detectedIn(world, policy);
    let key = '';
    const queue = [...batches];
    for (const part of [0.3, 0.6]) {
      const service = await startService(data, { args: ['--config', config] });
      key = service.adminKey ?? key;
      const api = apiOf(service.address, key);
      while (queue.length > batches.length * (1 - part))
        expect(await api.publish(queue.shift() ?? [])).toBe(202);
      await service.end('SIGKILL');
      afterKills.push(await replay('--diff'));
    }
    const service = await startService(data, { args: ['--config', config] });
    const api = apiOf(service.address, key);
    for (const batch of queue) expect(await api.publish(batch)).toBe(202);
    const standing = await standingAlerts(api, expected.alerts.length);
    expect(essenceOfAlerts(standing)).toEqual(essenceOfAlerts(expected.alerts));
    whileRunning = await replay('--diff');
    expect((await service.end()).code).toBe(0);
  });

  it('says again what live said', async () => {
    const { code, stdout, stderr } = await replay('--diff');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('No difference among settled deterministic alerts.');
    expect(stderr).not.toContain('not compared');
  });

  it('said nothing else of a store whose service had just been killed', () => {
    expect(afterKills.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
      { code: 0, stdout: '' },
      { code: 0, stdout: '' },
    ]);
  });

  it('will not read what a running service has open, and says what to do', () => {
    const { code, stdout, stderr } = whileRunning;
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`the data folder ${data} is open in another process: stop the service first`);
  });

  it('lists what is found as detect does', async () => {
    const { code, stdout, stderr } = await replay();
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Alert);
    expect(essenceOfAlerts(lines)).toEqual(essenceOfAlerts(expected.alerts));
    expect(lines.every(({ settled, tenant }) => settled && tenant === 'default')).toBe(true);
    expect(stderr).toMatch(/^\d+ events replayed in shadow: nothing was written, nothing sent$/m);
  });

  it('reports of a range what became true in it', async () => {
    const times = expected.alerts.map(({ firstAtMs }) => firstAtMs).sort((a, b) => a - b);
    const middleMs = times[Math.floor(times.length / 2)] ?? 0;
    const middle = new Date(middleMs).toISOString();
    const before = linesOf(await replay('--to', middle));
    const since = linesOf(await replay('--from', middle));
    const idsOf = (all: readonly { id: string }[]): string[] => all.map(({ id }) => id).sort();
    expect(idsOf(before)).toEqual(idsOf(expected.alerts.filter(({ firstAtMs }) => firstAtMs < middleMs)));
    expect(idsOf(since)).toEqual(idsOf(expected.alerts.filter(({ firstAtMs }) => firstAtMs >= middleMs)));
    expect(before.length).toBeGreaterThan(5);
  });

  it('tells what another policy would change', async () => {
    const under = await detectedIn(world, changedPolicy);
    const { code, lines, stderr } = await backtest('--policy', changed);
    expect(code).toBe(1);
    const was = new Map(expected.alerts.map((alert) => [alert.id, alert]));
    const is = new Map(under.alerts.map((alert) => [alert.id, alert]));
    const gone = [...was.keys()].filter((id) => !is.has(id)).sort();
    const fresh = [...is.keys()].filter((id) => !was.has(id)).sort();
    expect(idsOfDiff(lines, 'missing')).toEqual(gone);
    expect(idsOfDiff(lines, 'new')).toEqual(fresh);
    expect([gone.length > 0, fresh.length > 0]).toEqual([true, true]);
    const other = lines.filter(({ diff }) => diff === 'changed').map(({ id }) => id);
    const essence = (alerts: readonly Alert[]): string[] =>
      essenceOfAlerts(alerts.filter(({ id }) => !other.includes(id)));
    const kept = (alerts: readonly Alert[]): Alert[] => alerts.filter(({ id }) => was.has(id) && is.has(id));
    expect(essence(kept(under.alerts))).toEqual(essence(kept(expected.alerts)));
    expect(stderr).toMatch(/^unusual-fan-out +\d+ +\d+/m);
  });

  it('tells what another setting of one detector would change', async () => {
    const only = ['--detector', 'scope-creep'];
    expect(await backtest(...only)).toMatchObject({ code: 0, lines: [] });
    const { code, lines } = await backtest(...only, '--set', 'scope-creep.severities.high=999');
    expect(code).toBe(1);
    const high = new Set(
      expected.alerts
        .filter(({ detector, severity }) => detector === 'scope-creep' && severity === 'high')
        .map(({ id }) => id),
    );
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatchObject({
        diff: 'changed',
        changes: { severity: { live: 'high', replay: 'medium' } },
      });
      expect(high.has(line.id)).toBe(true);
    }
  });

  it('does what the README says, also on a server with the service at work', async () => {
    const shown = blocks(readProject('README.md'))
      .filter(({ language, text }) => language === 'sh' && text.startsWith('npx chainwarden replay '))
      .map(({ text }) => text.trim().split(' ').slice(2));
    expect(shown.length).toBeGreaterThan(1);
    const front = await openFront(join(data, 'store'));
    const env = { CLICKHOUSE_URL: front.url, CHAINWARDEN_CONFIG: config };
    const service = await startService(join(folder, 'unused'), { env });
    try {
      for (const argv of shown) {
        const args = argv.map((arg) => (arg === 'changed.yaml' ? changed : arg));
        const { code, stderr } = await runProgram(args, env);
        expect({ argv, code, stderr }).toMatchObject({ code: argv.includes('--policy') ? 1 : 0 });
      }
    } finally {
      await service.end();
      await front.close();
    }
  });

  it('shows what somebody did to the stored alerts, and leaves it as it is', async () => {
    const [hidden, lowered, quiet, ...rest] = expected.alerts.filter(
      ({ kind }) => kind === 'alert',
    ) as Alert[];
    const signal = expected.alerts.find(({ kind }) => kind === 'signal');
    if (hidden === undefined || lowered === undefined || quiet === undefined || signal === undefined) {
      throw new Error('the world has too few alerts');
    }
    const forged: Alert = { ...hidden, id: 'alr_forged', facts: ['hop-drift'] };
    await inStore(async (store) => {
      const next = 1 + (await store.lastSeq());
      await store.writeAlerts([
        { ...hidden, version: next, withdrawn: true },
        { ...lowered, version: next, severity: 'info', detectorVersion: 99 },
        { ...quiet, version: next, settled: false },
        { ...signal, version: next, facts: ['made-up'] },
        { ...forged, version: next },
      ]);
    });
    const differing = async () =>
      (await backtest()).lines.map(({ id, diff, counts }) => `${id} ${diff} ${counts}`).sort();
    const { code, lines, stderr } = await backtest();
    expect(code).toBe(1);
    const told = [
      `${hidden.id} new true`,
      `${lowered.id} changed true`,
      `${quiet.id} changed true`,
      `${signal.id} changed false`,
      'alr_forged missing true',
    ].sort();
    expect(await differing()).toEqual(told);
    expect(lines.find(({ id }) => id === lowered.id)).toMatchObject({
      changes: { severity: { live: 'info', replay: lowered.severity } },
      detectorVersion: { live: 99, replay: 1 },
    });
    expect(stderr).toContain('4 differences among settled deterministic alerts. 1 among signals');
    expect(rest.length).toBeGreaterThan(5);
  });
});

async function backtest(...args: string[]): Promise<{ code: number | null; lines: Line[]; stderr: string }> {
  const ended = await replay('--diff', ...args);
  return { code: ended.code, lines: linesOf(ended), stderr: ended.stderr };
}

function idsOfDiff(lines: readonly Line[], diff: string): string[] {
  return lines
    .filter((line) => line.diff === diff)
    .map(({ id }) => id)
    .sort();
}
