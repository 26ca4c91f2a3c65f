import { describe, expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { EngineOutput, LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { simulate, worldPolicy } from '../../../src/evaluate/index.ts';
import { issuers } from '../../../src/evaluate/world/cast.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';

const policy = Policy.parse(worldPolicy());
const latenessMs = policy.clocks.latenessSeconds * 1000;
const admit = createAdmit();

function world(chains: number): LogRecord[] {
  const records: LogRecord[] = [];
  let latestMs = 0;
  for (const { event } of simulate({ seed: 5, chains, attacks: 'all', disorder: true })) {
    const admission = admit(
      { raw: event },
      {
        publisher: { name: 'world', tenant: '*', issuers: '*' },
        adapter: 'cloudevents',
        position: { source: 'world', partition: 0, offset: 0 },
        nowMs: 0,
        history: true,
      },
    );
    if (admission.kind === 'refused') throw new Error(admission.letter.reason);
    records.push({ kind: 'event', seq: records.length + 1, event: admission.event });
    if (admission.event.timeMs < latestMs + 60_000) continue;
    latestMs = admission.event.timeMs;
    records.push({ kind: 'watermark', seq: records.length + 1, watermarkMs: latestMs - latenessMs });
  }
  // A quiet night in which everything settles, then the end.
  for (const watermarkMs of [latestMs + 12 * 3_600_000, Number.POSITIVE_INFINITY]) {
    records.push({ kind: 'watermark', seq: records.length + 1, watermarkMs });
  }
  return records;
}

function play(records: readonly LogRecord[], options: { chainIdleMs?: number; liveChainsMax?: number }) {
  const engine = createEngine({ detectors, policy, ...options });
  const findings = new Map<string, string>();
  const chains = new Map<string, EngineOutput['chains'][number]>();
  let most = 0;
  // Chains leave at the end of a batch: the very end of the stream is one of its own.
  const ends = [...Array(Math.ceil(records.length / 200)).keys()].map((index) => index * 200);
  for (const [from, to] of [
    ...ends.map((at) => [at, Math.min(at + 200, records.length - 1)] as const),
    [records.length - 1, records.length] as const,
  ]) {
    const output = engine.apply(records.slice(from, to));
    for (const { id, state, kind } of output.findings) {
      if (kind === 'alert') findings.set(id, state);
    }
    for (const chain of output.chains) chains.set(chain.id, chain);
    most = Math.max(most, engine.stats.liveChains);
  }
  const standing = [...findings].filter(([, state]) => state !== 'withdrawn').map(([id]) => id);
  return { standing: standing.sort(), chains, most, stats: engine.stats };
}

describe('chains that leave memory', () => {
  const records = world(400);
  const whole = play(records, { chainIdleMs: Number.POSITIVE_INFINITY });

  it('take nothing with them that was found', () => {
    const lean = play(records, { chainIdleMs: 3 * 3_600_000 });
    expect(lean.stats.evictedChains).toBeGreaterThan(350);
    expect(lean.standing).toEqual(whole.standing);
  });

  it('are reported once more, as closed', () => {
    const lean = play(records, { chainIdleMs: 3 * 3_600_000 });
    const closed = [...lean.chains.values()].filter((chain) => chain.state === 'closed');
    expect(closed.length).toBeGreaterThan(350);
    for (const chain of closed) expect(chain.hopCount).toBe(whole.chains.get(chain.id)?.hopCount);
  });

  it('keep the number in memory below the bound as soon as anything has settled', () => {
    const bounded = play(records, { liveChainsMax: 150 });
    expect(whole.most).toBeGreaterThan(400);
    expect(bounded.stats.evictedChains).toBeGreaterThan(0);
    expect(bounded.stats.liveChains).toBeLessThan(whole.stats.liveChains);
  });
});

it('finds every simulated attack, and nothing where there is none', () => {
  const records = world(120);
  const engine = createEngine({ detectors, policy });
  const found = new Set<string>();
  const silent: string[] = [];
  const output = engine.apply(records);
  for (const finding of output.findings) {
    // The world expects an issuer that is never connected: one finding, about no transaction.
    if (finding.detector === 'silent-feed') silent.push(finding.subject.label);
    else if (finding.kind === 'alert' && finding.state === 'settled') found.add(finding.txn ?? '');
  }
  const expected = new Set<string>();
  for (const { label } of simulate({ seed: 5, chains: 120, attacks: 'all', disorder: true })) {
    if (label?.attack === true) expected.add(label.txn);
  }
  expect([...found].sort()).toEqual([...expected].sort());
  expect(silent).toEqual([issuers.silent.iss]);
});
