import type { LoggedEvent, Store } from '../../../src/domain/ports.ts';
import { simulate } from '../../../src/evaluate/index.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';

export const startMs = Date.UTC(2026, 10, 21, 0);

/** What the world of the simulator tells in its first hours, as the log would have it. */
export function worldEvents(tenant: string, chains: number, fromMs = startMs): readonly LoggedEvent[] {
  const admit = createAdmit();
  return [...simulate({ seed: 7, chains, attacks: 'all', disorder: false, startMs: fromMs })].map(
    ({ event }, offset) => {
      const admission = admit(
        { raw: event },
        {
          publisher: { name: 'world', tenant, issuers: '*' },
          adapter: 'cloudevents',
          position: { source: 'world', partition: 0, offset },
          nowMs: fromMs,
          history: true,
        },
      );
      if (admission.kind !== 'admitted') throw new Error(admission.letter.reason);
      return { seq: offset + 1, ingestedMs: fromMs, event: admission.event };
    },
  );
}

export async function tellWorld(
  store: Store,
  tenant: string,
  chains: number,
): Promise<readonly LoggedEvent[]> {
  const events = worldEvents(tenant, chains);
  await store.appendEvents(events);
  return events;
}
