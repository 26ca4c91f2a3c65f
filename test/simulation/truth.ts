import { detectors } from '../../detectors/registry.ts';
import { createAlertBook } from '../../src/alert/index.ts';
import type { Admit } from '../../src/domain/admission.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { Action, Chain, Hop } from '../../src/domain/chain.ts';
import type { AdmittedEvent } from '../../src/domain/event/index.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { LogRecord } from '../../src/domain/record.ts';
import { createEngine } from '../../src/engine.ts';
import { POISON } from './store.ts';
import type { World } from './world.ts';

/** Whatever waits for the time has waited long enough by then. */
const GRACES_MS = 3_600_000;

/** What must be known in the end. */
export interface Truth {
  /** By number of the message. */
  readonly admitted: ReadonlyMap<number, AdmittedEvent>;
  /** Numbers of messages that admission, or the store, must have refused. */
  readonly refused: ReadonlyMap<number, 'admission' | 'store'>;
  readonly chains: ReadonlyMap<string, Chain>;
  readonly hops: ReadonlyMap<string, Hop>;
  readonly actions: ReadonlyMap<string, Action>;
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly incidents: ReadonlyMap<string, Incident>;
}

/**
 * The same events in order of their times, through a fresh engine with all the memory there is, in one batch that one
 * watermark closes. Nothing is late, nothing is forgotten, nobody dies: what a world in disorder has to come to.
 */
export function truthOf(world: World, admit: Admit): Truth {
  const admitted = new Map<number, AdmittedEvent>();
  const refused = new Map<number, 'admission' | 'store'>();
  for (const { number, publisher, raw, sentMs } of world.messages) {
    const position = { source: publisher, partition: 0, offset: number };
    const admission = admit(
      { raw },
      {
        publisher: world.publishers.get(publisher) ?? { name: publisher, tenant: '', issuers: [] },
        adapter: 'cloudevents',
        position,
        nowMs: sentMs,
        history: false,
      },
    );
    if (admission.kind === 'refused') refused.set(number, 'admission');
    else if (admission.event.id.startsWith(POISON)) refused.set(number, 'store');
    else admitted.set(number, admission.event);
  }
  const inOrder = [...admitted.values()].sort((a, b) => a.timeMs - b.timeMs);
  const lastMs = Math.max(...world.messages.map(({ sentMs }) => sentMs));
  const records: LogRecord[] = [
    { kind: 'policy', seq: 1, policy: world.policy },
    ...inOrder.map((event, index): LogRecord => ({ kind: 'event', seq: index + 2, event })),
    { kind: 'watermark', seq: inOrder.length + 2, watermarkMs: lastMs + GRACES_MS },
  ];
  const engine = createEngine({
    detectors,
    liveChainsMax: Number.POSITIVE_INFINITY,
    liveEventsMax: Number.POSITIVE_INFINITY,
    chainIdleMs: Number.POSITIVE_INFINITY,
  });
  const { chains, hops, actions, findings } = engine.apply(records);
  const { alerts, incidents } = createAlertBook().apply(findings);
  return {
    admitted,
    refused,
    chains: byName(chains.filter(({ state }) => state !== 'merged')),
    hops: byName(hops.filter(({ chainId }) => chainId !== '')),
    actions: byName(actions.filter(({ hopKey }) => hopKey !== '')),
    alerts: byName(alerts),
    incidents: byName(incidents.filter(({ state }) => state === 'open')),
  };
}

type Row = { readonly tenant: string } & ({ readonly id: string } | { readonly key: string });

/** Rows by what names them. */
export function byName<T extends Row>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [`${row.tenant} ${'id' in row ? row.id : row.key}`, row]));
}

/** Whether people are to know of an alert. */
export function pages({ kind, settled, withdrawn }: Alert): boolean {
  return kind === 'alert' && settled && !withdrawn;
}
