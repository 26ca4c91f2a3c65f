import { type BatchResult, runBatch } from '../../src/cli/batch.ts';
import { Policy } from '../../src/domain/policy.ts';
import { type SimulatedEvent, simulate, worldPolicy } from '../../src/evaluate/index.ts';
import { openStore } from '../../src/store/index.ts';
import type { Api, ShownAlert } from '../support/api.ts';
import { until } from '../support/until.ts';

/** Between the last event of a world and now, so that whatever is judged after it is judged at once. */
const SINCE_MS = 15 * 60_000;

/** The policy that belongs to the worlds; whatever waits for the watermark waits for seconds. */
export const policy = { ...worldPolicy(), clocks: { latenessSeconds: 2 } };

/** A world with every attack and look-alike, its events late, repeated and out of order, told as just over. */
export function worldOfNow(seed: number, chains: number): readonly SimulatedEvent[] {
  const tell = (startMs: number): SimulatedEvent[] =>
    [...simulate({ seed, chains, attacks: 'all', disorder: true, startMs })].map(({ event }) => event);
  const lastMs = Math.max(...tell(0).map(({ time }) => Date.parse(time)));
  return tell(Date.now() - SINCE_MS - lastMs);
}

/** The same events through the engine alone, in one go: what has to come out, whatever happens to the service. */
export function detectedIn(world: readonly SimulatedEvent[], under: object = policy): Promise<BatchResult> {
  async function* input() {
    const position = { source: 'world', partition: 0, offset: 0 };
    yield { records: world.map((raw) => ({ raw, adapter: 'cloudevents', position })), refused: [] };
  }
  return runBatch({
    input: input(),
    policy: Policy.parse(under),
    nowMs: Date.now(),
    keepChains: true,
    onRefused: ({ reason }) => {
      throw new Error(reason);
    },
  });
}

/** What must not depend on when a process died or in which order events came. */
export function essenceOfAlerts(
  alerts: readonly (Pick<ShownAlert, 'id' | 'kind' | 'severity' | 'detector'> & {
    readonly facts: readonly string[];
  })[],
): string[] {
  return alerts
    .map(({ id, kind, severity, detector, facts }) => `${id} ${kind} ${severity} ${detector} ${facts.join()}`)
    .sort();
}

/** The same of chains; an event that counted twice would show here. */
export function essenceOfChains(
  chains: Iterable<{ id: string; eventCount: number; actionCount: number; hopCount: number }>,
): string[] {
  return [...chains].map((one) => `${one.id} ${one.eventCount} ${one.actionCount} ${one.hopCount}`).sort();
}

/** Alerts and signals that were neither withdrawn nor merged, once they are as many as expected and nothing is provisional any more. */
export async function standingAlerts(api: Api, expected: number): Promise<readonly ShownAlert[]> {
  let standing: readonly ShownAlert[] = [];
  await until('the alerts of an undisturbed run', async () => {
    standing = (await api.alerts()).filter(({ state }) => state !== 'withdrawn' && state !== 'merged');
    return standing.length === expected && standing.every(({ settled }) => settled);
    // What is different then says more than that it is.
  }).catch(() => undefined);
  return standing;
}

export function identities(world: readonly SimulatedEvent[]): Set<string> {
  return new Set(world.map(({ source, id }) => `${source} ${id}`));
}

/** Distinct events in the store of a service that has ended. */
export async function storedEvents(path: string): Promise<number> {
  const store = await openStore({ path });
  try {
    return (await store.counts('default')).events;
  } finally {
    await store.close();
  }
}
