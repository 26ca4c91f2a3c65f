import { detectors } from '../../detectors/registry.ts';
import { createAlertBook } from '../alert/index.ts';
import type { Alert } from '../domain/alert.ts';
import type { Action, Chain, Hop } from '../domain/chain.ts';
import type { DeadLetter } from '../domain/dead-letter.ts';
import type { AdmittedEvent } from '../domain/event/index.ts';
import { LIVE_CHAINS_MAX } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import type { EngineOutput, EngineStats, LogRecord } from '../domain/record.ts';
import { createEngine } from '../engine.ts';
import { createAdmit } from '../ingest/admit.ts';
import type { InputBatch } from '../ingest/file/index.ts';

export interface BatchOptions {
  readonly input: AsyncIterable<InputBatch>;
  readonly policy: Policy;
  /** Wall clock, for the bounds of event times. */
  readonly nowMs: number;
  /** Also keep hops and actions, to draw or write the chains. */
  readonly keepChains: boolean;
  readonly onRefused: (letter: DeadLetter) => void;
  readonly onBatch?: (events: number) => void;
}

export interface BatchResult {
  /** Alerts and signals that stand at the end, by time. */
  readonly alerts: readonly Alert[];
  readonly chains: ReadonlyMap<string, Chain>;
  readonly hops: ReadonlyMap<string, Hop>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly events: number;
  readonly refused: number;
  readonly stats: EngineStats;
}

/** The events of an input, batch by batch; what is refused is told. */
export async function* admitAll({
  input,
  nowMs,
  onRefused,
}: Pick<BatchOptions, 'input' | 'nowMs' | 'onRefused'>): AsyncGenerator<readonly AdmittedEvent[]> {
  const admit = createAdmit();
  // A file is read by its owner: it may hold the events of any tenant, by any issuer.
  const publisher = { name: 'file', tenant: '*', issuers: '*' as const };
  for await (const batch of input) {
    for (const letter of batch.refused) onRefused(letter);
    yield batch.records.flatMap(({ raw, adapter, position }) => {
      const admission = admit({ raw }, { publisher, adapter, position, nowMs, history: true });
      if (admission.kind === 'admitted') return [admission.event];
      onRefused(admission.letter);
      return [];
    });
  }
}

/**
 * The engine over a whole input, in memory. No watermark moves before the end, so the order of lines is of no
 * consequence, unless there are more chains than fit: then settled ones leave, as they do in the service.
 */
export async function runBatch(options: BatchOptions): Promise<BatchResult> {
  const engine = createEngine({
    detectors,
    policy: options.policy,
    liveEventsMax: Number.POSITIVE_INFINITY,
    chainIdleMs: Number.POSITIVE_INFINITY,
  });
  const book = createAlertBook({ alertsMax: Number.POSITIVE_INFINITY });
  const kept = {
    alerts: new Map<string, Alert>(),
    chains: new Map<string, Chain>(),
    hops: new Map<string, Hop>(),
    actions: new Map<string, Action>(),
  };
  let seq = 0;
  let events = 0;
  let refused = 0;
  let latestMs = Number.NEGATIVE_INFINITY;

  function take(output: EngineOutput): void {
    for (const alert of book.apply(output.findings).alerts) {
      if (alert.withdrawn || alert.mergedInto !== undefined) kept.alerts.delete(alert.id);
      else kept.alerts.set(alert.id, alert);
    }
    if (!options.keepChains) return;
    for (const chain of output.chains) {
      if (chain.state === 'merged') kept.chains.delete(chain.id);
      else kept.chains.set(chain.id, chain);
    }
    for (const hop of output.hops) kept.hops.set(hop.key, hop);
    for (const action of output.actions) {
      if (action.hopKey === '') kept.actions.delete(action.id);
      else kept.actions.set(action.id, action);
    }
  }

  function refuse(letter: DeadLetter): void {
    refused += 1;
    options.onRefused(letter);
  }

  for await (const admitted of admitAll({ ...options, onRefused: refuse })) {
    const records = admitted.map((event): LogRecord => {
      seq += 1;
      events += 1;
      latestMs = Math.max(latestMs, event.timeMs);
      return { kind: 'event', seq, event };
    });
    if (engine.stats.liveChains > LIVE_CHAINS_MAX) {
      seq += 1;
      const watermarkMs = latestMs - options.policy.clocks.latenessSeconds * 1000;
      records.push({ kind: 'watermark', seq, watermarkMs });
    }
    take(engine.apply(records));
    options.onBatch?.(events);
  }
  take(engine.apply([{ kind: 'watermark', seq: seq + 1, watermarkMs: Number.POSITIVE_INFINITY }]));
  const alerts = [...kept.alerts.values()].sort(
    (a, b) => a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : 1),
  );
  return { ...kept, alerts, events, refused, stats: engine.stats };
}
