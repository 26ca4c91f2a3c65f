import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabelLine, parseLabels, type SimulatedEvent } from '../../src/evaluate/index.ts';
import { openStore, type StoreOptions } from '../../src/store/index.ts';
import type { Api, ShownAlert } from '../support/api.ts';
import { runProgram, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';
import { essenceOfAlerts, policy } from './world.ts';

/** Between the last event of a world and now, so that whatever is judged after it is judged at once. */
const SINCE_MS = 15 * 60_000;

/** While events are on their way nothing counts as late: how long they are depends on the machine. */
export const patient = { ...policy, clocks: { latenessSeconds: 86_400 } };

/** Puts two days behind the log of a service that has ended; its next start settles everything. */
export async function letTimePass(options: StoreOptions): Promise<void> {
  const store = await openStore(options);
  try {
    const seq = (await store.lastSeq()) + 1;
    await store.appendControl([{ kind: 'watermark', seq, watermarkMs: Date.now() + 2 * 86_400_000 }]);
  } finally {
    await store.close();
  }
}

export interface Truth {
  readonly events: readonly SimulatedEvent[];
  /** What was really done, one line a chain. */
  readonly labels: readonly LabelLine[];
}

/** Labelled traffic as the program itself writes it, late, repeated and out of order, told as just over. */
export async function tellTruth(seed: number, chains: number): Promise<Truth> {
  const labels = join(temporaryFolder(), 'labels.ndjson');
  const world = ['simulate', '--seed', `${seed}`, '--chains', `${chains}`, '--disorder', '--labels', labels];
  async function tell(startMs: number): Promise<SimulatedEvent[]> {
    const { code, stdout, stderr } = await runProgram([...world, '--start', new Date(startMs).toISOString()]);
    if (code !== 0) throw new Error(stderr);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as SimulatedEvent]));
  }
  const beginMs = Date.UTC(2026, 0, 5);
  const lastMs = Math.max(...(await tell(beginMs)).map(({ time }) => Date.parse(time)));
  const events = await tell(Date.now() - SINCE_MS - (lastMs - beginMs));
  return { events, labels: parseLabels(readFileSync(labels, 'utf8'), 'labels') };
}

/** Alerts and signals that were not withdrawn, once they are the expected ones; or what they are when that never comes. */
export async function standingAs(
  api: Api,
  expected: Parameters<typeof essenceOfAlerts>[0],
): Promise<readonly ShownAlert[]> {
  const essence = essenceOfAlerts(expected).join('\n');
  let standing: readonly ShownAlert[] = [];
  await until(
    'the alerts of an undisturbed run',
    async () => {
      standing = (await api.alerts()).filter(({ state }) => state !== 'withdrawn');
      // Their number alone is met on the way as well.
      return essenceOfAlerts(standing).join('\n') === essence && standing.every(({ settled }) => settled);
    },
    60_000,
  ).catch(() => undefined);
  return standing;
}

/** Of each chain with a label, what differs: an expected detector that is silent, a page nobody deserved. */
export function contradictions(
  labels: readonly LabelLine[],
  alerts: readonly { readonly txn?: string | undefined; readonly detector: string; readonly kind: string }[],
): string[] {
  return labels.flatMap(({ txn, attack, variant, detectors }) => {
    const about = alerts.filter((alert) => alert.txn === txn);
    const said = new Set(about.map(({ detector }) => detector));
    const missed = (detectors as string[]).filter((id) => !said.has(id));
    const undeserved = attack === true ? [] : about.filter(({ kind }) => kind === 'alert');
    return [
      ...missed.map((id) => `${txn} ${variant}: ${id} is silent`),
      ...undeserved.map(({ detector }) => `${txn} ${variant}: ${detector} pages`),
    ];
  });
}
