import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { createAlertBook } from '../../../src/alert/index.ts';
import { freshEngine } from '../../../src/cli/replay-engine.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { defaultPolicy, Policy } from '../../../src/domain/policy.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import {
  compareAlerts,
  completeFromMs,
  countingDifferences,
  type DiffScope,
  renderDiff,
  replayLog,
  simulate,
  worldPolicy,
} from '../../../src/evaluate/index.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';

const policy = Policy.parse({ ...worldPolicy(), clocks: { latenessSeconds: 60 } });
const WATERMARK_EVERY = 40;
const log = recorded();
const lastSeq = log.at(-1)?.seq ?? 0;
const versions = new Map(detectors.map(({ id, version }) => [id, version]));
const scope: DiffScope = {
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
  handledSeq: lastSeq,
  begunSeq: lastSeq,
  versions,
};
const live = spoken(log);

/** What a service would have logged: its policy, disorderly events, and a watermark that trails them. */
function recorded(): readonly LogRecord[] {
  const admit = createAdmit();
  const publisher = { name: 'test', tenant: 'default', issuers: '*' as const };
  const position = { source: 'test', partition: 0, offset: 0 };
  const context = { publisher, position, adapter: 'cloudevents', nowMs: Date.UTC(2026, 2, 3), history: true };
  const records: LogRecord[] = [{ kind: 'policy', seq: 1, policy }];
  let latestMs = 0;
  for (const { event: raw } of simulate({ seed: 7, chains: 60, attacks: 'all', disorder: true })) {
    const admission = admit({ raw }, context);
    if (admission.kind === 'refused') throw new Error(admission.letter.reason);
    const { event } = admission;
    latestMs = Math.max(latestMs, event.timeMs);
    records.push({ kind: 'event', seq: records.length + 1, event });
    if (records.length % WATERMARK_EVERY > 0) continue;
    records.push({ kind: 'watermark', seq: records.length + 1, watermarkMs: latestMs - 60_000 });
  }
  return records;
}

/** What a service says of it that takes up a few records at a time. */
function spoken(records: readonly LogRecord[], chunk = 17): Map<string, Alert> {
  const engine = createEngine({ detectors });
  const book = createAlertBook();
  const alerts = new Map<string, Alert>();
  for (let at = 0; at < records.length; at += chunk) {
    const { findings } = engine.apply(records.slice(at, at + chunk));
    for (const alert of book.apply(findings).alerts) alerts.set(alert.id, alert);
  }
  return alerts;
}

/** How many records it takes until somebody waits for the watermark. */
function firstWaiting(): number {
  const engine = createEngine({ detectors });
  const book = createAlertBook();
  const isWaiting = ({ settled, withdrawn }: Alert) => !settled && !withdrawn;
  return log.findIndex((record) => book.apply(engine.apply([record]).findings).alerts.some(isWaiting)) + 1;
}

interface Setup {
  readonly records?: readonly LogRecord[];
  readonly policy?: Policy;
  readonly only?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly lastSeq?: number;
  readonly cuts?: readonly number[];
}

async function replayed(setup: Setup = {}) {
  const records = setup.records ?? log;
  async function* batches() {
    for (let at = 0; at < records.length; at += 500) yield records.slice(at, at + 500);
  }
  const { engine, fold } = freshEngine(setup.only, setup.settings ?? {});
  return replayLog({
    log: batches(),
    engine,
    fold,
    policy: setup.policy,
    expiredPolicy: policy,
    lastSeq: setup.lastSeq ?? lastSeq,
    cuts: setup.cuts ?? [],
  });
}

const standing = (alerts: Iterable<Alert>): Alert[] =>
  [...alerts].filter(({ withdrawn, settled }) => settled && !withdrawn);
const told = (diff: ReturnType<typeof compareAlerts>): string[] =>
  diff.differences.map((one) => `${one.diff} ${one.alert.id}`).sort();

describe('a replay', () => {
  it('says again what was said live, whatever the batches were', async () => {
    const { alerts, events, tenants, firstSeq } = await replayed();
    const diff = compareAlerts(live, alerts, scope);
    expect(diff).toMatchObject({ differences: [], pending: 0 });
    expect(standing(alerts.values()).length).toBeGreaterThan(10);
    const compared = diff.tallies.reduce((sum, { equal }) => sum + equal, 0);
    expect(compared).toBe(standing(live.values()).length);
    expect({ events, firstSeq, tenants: [...tenants] }).toEqual({
      events: log.filter(({ kind }) => kind === 'event').length,
      firstSeq: 1,
      tenants: ['default'],
    });
  });

  it('stops where the log stops: what has not settled is not compared', async () => {
    const half = log.slice(0, firstWaiting());
    const { alerts } = await replayed({ records: half });
    const waiting = [...alerts.values()].filter(({ settled, withdrawn }) => !settled && !withdrawn);
    expect(waiting.length).toBeGreaterThan(0);
    const diff = compareAlerts(spoken(half), alerts, scope);
    expect(diff).toMatchObject({ differences: [], provisional: waiting.length });
    expect(compareAlerts(new Map(), alerts, scope).provisional).toBe(waiting.length);
    expect(renderDiff(diff)).toContain(`${waiting.length} provisional: the log ends before they settle`);
  });

  it('leaves alone what lies behind its end', async () => {
    const half = Math.floor(lastSeq / 2);
    const { alerts } = await replayed({ lastSeq: half });
    expect(compareAlerts(spoken(log.slice(0, half)), alerts, scope).differences).toEqual([]);
    expect([...alerts.values()].every(({ version }) => version <= half)).toBe(true);
  });

  it('applies the policy it is given, and none of those in the log', async () => {
    const relaxed = Policy.parse({ ...policy, expects: {} });
    const { alerts } = await replayed({ policy: relaxed });
    const expected = spoken(
      log.map((record) => (record.kind === 'policy' ? { ...record, policy: relaxed } : record)),
    );
    expect(told(compareAlerts(expected, alerts, scope))).toEqual([]);
    const gone = compareAlerts(live, alerts, scope);
    expect(gone.differences.length).toBeGreaterThan(0);
    expect(countingDifferences(gone)).toBeGreaterThan(0);
    const restOnExpectations = ['orphaned-chain', 'silent-feed', 'unaccounted-action'];
    const others = gone.differences.filter(({ alert }) => !restOnExpectations.includes(alert.detector));
    expect(others).toEqual([]);
  });

  it('follows a policy that changed on the way, at its place', async () => {
    const half = Math.floor(log.length / 2);
    const seq = log[half]?.seq ?? 0;
    const swapped: LogRecord[] = log.map((record, index) =>
      index === half ? { kind: 'policy', seq, policy: defaultPolicy } : record,
    );
    const { alerts } = await replayed({ records: swapped });
    expect(told(compareAlerts(spoken(swapped), alerts, scope))).toEqual([]);
    expect(told(compareAlerts(live, alerts, scope)).length).toBeGreaterThan(0);
  });

  it('takes the configured policy where the log has lost its beginning', async () => {
    const rest = log.slice(1);
    const { alerts } = await replayed({ records: rest });
    expect(told(compareAlerts(live, alerts, scope))).toEqual([]);
  });

  it('knows from when on the log is complete', async () => {
    expect(completeFromMs(await replayed())).toBe(Number.NEGATIVE_INFINITY);
    const half = log.slice(log.length / 2);
    const first = half.find(({ kind }) => kind === 'watermark');
    const watermarkMs = first?.kind === 'watermark' ? first.watermarkMs : Number.NaN;
    expect(completeFromMs(await replayed({ records: half }))).toBe(watermarkMs + 86_400_000);
    const timeless = half.filter(({ kind }) => kind === 'event');
    expect(completeFromMs(await replayed({ records: timeless }))).toBe(Number.POSITIVE_INFINITY);
  });

  it('runs one detector alone', async () => {
    const { alerts } = await replayed({ only: 'scope-creep' });
    const own = new Map([...live].filter(([, { detector }]) => detector === 'scope-creep'));
    expect(own.size).toBeGreaterThan(0);
    expect(told(compareAlerts(own, alerts, scope))).toEqual([]);
    expect([...alerts.values()].every(({ detector }) => detector === 'scope-creep')).toBe(true);
  });

  it('takes changed settings', async () => {
    const settings = { 'scope-creep': { severities: { high: 999 } } };
    const { alerts } = await replayed({ settings });
    const diff = compareAlerts(live, alerts, scope);
    expect(diff.differences.length).toBeGreaterThan(0);
    for (const { diff: kind, changes } of diff.differences) {
      expect({ kind, changes }).toEqual({
        kind: 'changed',
        changes: { severity: { live: 'high', replay: 'medium' } },
      });
    }
  });

  it('refuses detectors and settings that do not exist', () => {
    expect(() => freshEngine('scope-crep', {})).toThrow(
      /no detector is called scope-crep; there are .*scope-creep/,
    );
    expect(() => freshEngine('scope-creep', { 'orphan-chain': {} })).toThrow(
      /orphan-chain, which is no detector/,
    );
    expect(() => freshEngine(undefined, { 'scope-creep': { hihg: 1 } })).toThrow(/detectors.scope-creep/);
  });

  it('tells what a service has not handled yet from what it left out', async () => {
    const handledSeq = log[Math.floor(log.length / 2)]?.seq ?? 0;
    const said = spoken(log.slice(0, handledSeq));
    const { alerts } = await replayed({ cuts: [handledSeq] });
    const diff = compareAlerts(said, alerts, { ...scope, handledSeq, begunSeq: handledSeq });
    expect(diff.differences).toEqual([]);
    const changedSince = [...alerts.values()].filter(({ version }) => version > handledSeq);
    const seen = changedSince.filter(({ id, withdrawn }) => !withdrawn || said.get(id)?.withdrawn === false);
    expect(diff.pending).toBe(seen.length);
    expect(diff.pending).toBeGreaterThan(0);
    expect(renderDiff(diff)).toContain(`${diff.pending} the service has not handled to the end of the log`);
  });

  it('ends a batch where the service stood, so that nothing behind it excuses what was before', async () => {
    const watermarks = new Set(log.filter(({ kind }) => kind === 'watermark').map(({ seq }) => seq));
    // Record by record, the version is the place of the very record that changed it.
    const lost = standing(spoken(log, 1).values()).find(
      ({ version, kind }) => version < lastSeq / 2 && kind === 'alert' && !watermarks.has(version),
    );
    const handledSeq = lost?.version ?? 0;
    const said = spoken(log.slice(0, handledSeq));
    said.delete(lost?.id ?? '');
    const there = { ...scope, handledSeq, begunSeq: handledSeq };
    const { alerts } = await replayed({ cuts: [handledSeq] });
    expect(told(compareAlerts(said, alerts, there))).toEqual([`new ${lost?.id}`]);
    const uncut = await replayed();
    expect(told(compareAlerts(said, uncut.alerts, there))).toEqual([]);
  });
});
