import { type Correlator, createCorrelator } from './correlate/correlator.ts';
import { armDetectors, Judge, type JudgedFinding } from './detect/judge.ts';
import type { Detector } from './domain/detector.ts';
import type { LiveFinding } from './domain/finding.ts';
import { CHAIN_IDLE_MS, LIVE_CHAINS_MAX } from './domain/limits.ts';
import { defaultPolicy, type Policy } from './domain/policy.ts';
import type { Engine, EngineOutput, EngineStats, LogRecord } from './domain/record.ts';

export interface EngineOptions {
  readonly detectors: readonly Detector[];
  readonly policy?: Policy;
  readonly detectorConfig?: Readonly<Record<string, unknown>>;
  /** Chains in memory before settled ones leave. */
  readonly liveChainsMax?: number;
  /** Event time without news after which a chain leaves; Infinity keeps everything that fits. */
  readonly chainIdleMs?: number;
}

interface Tenant {
  readonly correlator: Correlator;
  readonly judge: Judge;
}

/**
 * Correlation and detection as one pure machine: same records, same output. Nothing in here performs I/O,
 * reads a clock or draws a random number, and no tenant can see another one's state.
 */
export function createEngine(options: EngineOptions): Engine {
  const armed = armDetectors(options.detectors, options.detectorConfig);
  const tenants = new Map<string, Tenant>();
  const limits = {
    liveChainsMax: options.liveChainsMax ?? LIVE_CHAINS_MAX,
    chainIdleMs: options.chainIdleMs ?? CHAIN_IDLE_MS,
  };
  let policy = options.policy ?? defaultPolicy;
  let watermarkMs = Number.NEGATIVE_INFINITY;

  function tenant(id: string): Tenant {
    let known = tenants.get(id);
    if (known === undefined) {
      known = { correlator: createCorrelator(id, limits), judge: new Judge(id, armed) };
      tenants.set(id, known);
    }
    return known;
  }

  /**
   * Detection looks once at everything that a run of events touched, not once for each event: what it says depends
   * on the state alone, and a hot chain would be judged as a whole again for every single call.
   */
  function lookAll(): void {
    for (const { correlator, judge } of tenants.values()) look(correlator, judge, policy);
  }

  function apply(record: LogRecord, output: Mutable<EngineOutput>): void {
    switch (record.kind) {
      case 'event': {
        tenant(record.event.tenant).correlator.apply(record.event, watermarkMs);
        break;
      }
      case 'watermark': {
        lookAll();
        watermarkMs = Math.max(watermarkMs, record.watermarkMs);
        for (const { correlator, judge } of tenants.values()) {
          correlator.advance(watermarkMs, policy);
          for (const instance of judge.advance(watermarkMs)) correlator.revisit(instance);
          look(correlator, judge, policy);
        }
        report(record.seq, output);
        const time = { seq: record.seq, watermarkMs, policy };
        for (const { correlator, judge } of tenants.values()) {
          for (const instance of correlator.evict(time)) judge.release(instance);
        }
        break;
      }
      case 'policy': {
        lookAll();
        policy = record.policy;
        for (const { correlator, judge } of tenants.values()) {
          correlator.revisitAll();
          look(correlator, judge, policy);
        }
        break;
      }
    }
  }

  /** Puts everything that changed since the last report into the output. */
  function report(seq: number, output: Mutable<EngineOutput>): void {
    for (const { correlator, judge } of tenants.values()) {
      const rows = correlator.report({ seq, watermarkMs, policy });
      for (const key of rows.renamed) judge.renew(key);
      output.chains.push(...rows.chains);
      output.hops.push(...rows.hops);
      output.actions.push(...rows.actions);
      for (const finding of judge.drain()) output.findings.push(place(correlator, finding, policy, seq));
    }
  }

  return {
    apply(records: readonly LogRecord[]): EngineOutput {
      const output: Mutable<EngineOutput> = { chains: [], hops: [], actions: [], findings: [] };
      for (const record of records) apply(record, output);
      lookAll();
      report(records.at(-1)?.seq ?? 0, output);
      return output;
    },
    get watermarkMs() {
      return watermarkMs;
    },
    get waiting() {
      return [...tenants.values()].some(({ correlator, judge }) => correlator.waiting || judge.waiting);
    },
    get stats() {
      return sum([...tenants.values()].map(({ correlator }) => correlator.stats));
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

/** Shows detection what was touched since it last looked. */
function look(correlator: Correlator, judge: Judge, policy: Policy): void {
  const touched = correlator.takeTouched();
  for (const instance of touched.gone) judge.forget(instance);
  for (const token of touched.tokens) judge.look(`token:${token.key}`, { on: 'token', token, policy });
  for (const action of touched.actions) judge.look(`call:${action.id}`, { on: 'action', action, policy });
  for (const chain of touched.chains) {
    judge.look(`chain:${chain.rootKey}`, { on: 'chain', chain, feeds: correlator.feeds, policy });
  }
  for (const window of touched.windows) {
    judge.look(`principal:${window.hourMs}:${window.key}`, { on: 'principal', window, policy });
  }
  for (const source of touched.sources)
    judge.look(`source:${source.source}`, { on: 'source', source, policy });
}

function place(correlator: Correlator, judged: JudgedFinding, policy: Policy, version: number): LiveFinding {
  const { shownBy, ...finding } = judged;
  return { ...finding, ...correlator.locate(finding, shownBy, policy), version };
}

function sum(all: readonly EngineStats[]): EngineStats {
  const total = {
    events: 0,
    duplicates: 0,
    conflicts: 0,
    lateEvents: 0,
    liveChains: 0,
    liveTokens: 0,
    evictedChains: 0,
    uncorrelated: 0,
  };
  for (const stats of all)
    for (const key of Object.keys(total) as (keyof EngineStats)[]) total[key] += stats[key];
  return total;
}
