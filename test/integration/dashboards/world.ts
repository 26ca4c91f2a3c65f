import { detectors } from '../../../detectors/registry.ts';
import { createAlertBook } from '../../../src/alert/index.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { LoggedEvent, Store } from '../../../src/domain/ports.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { worldPolicy } from '../../../src/evaluate/index.ts';
import { worldEvents } from '../oversight/world.ts';
import { aLetter, anAlertAction, anEntry, aResponse } from '../store/rows.ts';

const BATCH_EVENTS = 2_000;

export const tenant = "acme's";

/** A world of attacks and look-alikes as the service would have stored it, and what people did about it. */
export async function storeWorld(store: Store, chains: number, fromMs: number): Promise<readonly Alert[]> {
  const events = worldEvents(tenant, chains, fromMs);
  await store.appendEvents(events);
  const alerts = await detect(store, events);
  await storeWork(store, alerts);
  return alerts;
}

async function detect(store: Store, events: readonly LoggedEvent[]): Promise<readonly Alert[]> {
  const engine = createEngine({ detectors, policy: Policy.parse(worldPolicy()) });
  const book = createAlertBook({ alertsMax: Number.POSITIVE_INFINITY });
  const standing = new Map<string, Alert>();

  async function take(records: readonly LogRecord[]): Promise<void> {
    const { chains, hops, actions, findings } = engine.apply(records);
    const { alerts, incidents } = book.apply(findings);
    for (const alert of alerts) standing.set(alert.id, alert);
    await store.writeChains(chains);
    await store.writeHops(hops);
    await store.writeActions(actions);
    await store.writeAlerts(alerts);
    await store.writeIncidents(incidents);
  }

  for (let first = 0; first < events.length; first += BATCH_EVENTS) {
    const some = events.slice(first, first + BATCH_EVENTS);
    await take(some.map(({ seq, event }) => ({ kind: 'event', seq, event })));
  }
  const seq = events.length + 1;
  await take([{ kind: 'watermark', seq, watermarkMs: Number.POSITIVE_INFINITY }]);
  return [...standing.values()].filter(({ withdrawn, mergedInto }) => !withdrawn && mergedInto === undefined);
}

/** One alert is acknowledged, one closed; a revocation is proven, another is not; a message waits, one was refused. */
async function storeWork(store: Store, alerts: readonly Alert[]): Promise<void> {
  const [first, second] = alerts.filter(({ kind, chainId }) => kind === 'alert' && chainId !== undefined);
  if (first === undefined || second === undefined) throw new Error('the world has two alerts that page');
  const said = (alert: Alert) => ({ tenant, alertId: alert.id, atMs: alert.lastAtMs + 90_000 });
  await store.writeAlertAction(anAlertAction({ ...said(first), id: 'aac_1' }));
  const closed = { verb: 'close', state: 'closed', reason: 'benign' } as const;
  await store.writeAlertAction(anAlertAction({ ...said(second), id: 'aac_2', ...closed }));
  const responses = [
    { alert: first, states: ['requested', 'accepted', 'confirmed'] },
    { alert: second, states: ['requested', 'failed'] },
    { alert: second, states: ['proposed'] },
  ] as const;
  const rows = responses.flatMap(({ alert, states }, n) =>
    states.map((state, step) =>
      aResponse({
        ...said(alert),
        id: `rsp_${n}`,
        chainId: alert.chainId ?? '',
        detector: alert.detector,
        state,
        atMs: alert.lastAtMs + step * 2_000,
        causedMs: alert.lastAtMs,
      }),
    ),
  );
  await store.writeResponses(rows);
  await store.writeOutbox([anEntry({ tenant, createdMs: first.lastAtMs, nextAttemptMs: first.lastAtMs })]);
  await store.appendDeadLetters([aLetter({ tenant, atMs: first.lastAtMs })]);
}
