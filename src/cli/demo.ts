import { setTimeout as delay } from 'node:timers/promises';
import { demoEvents } from '../evaluate/index.ts';
import type { Service } from '../main.ts';
import type { Terminal } from './terminal.ts';

/** Plays the demo into a running service, by the clock, until it is over or the service stops. */
export async function playDemo(service: Service, terminal: Terminal, stopping: AbortSignal): Promise<void> {
  const startMs = terminal.clock();
  terminal.err(
    'Demo: "Refund agent widened" among benign look-alikes; its alert appears within ten seconds.\n',
  );
  let offset = 0;
  for (const { event, afterMs } of demoEvents({ startMs })) {
    const waitMs = startMs + afterMs - terminal.clock();
    if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) return;
    offset += 1;
    const admission = service.admit(
      { raw: event },
      {
        publisher: { name: 'demo', tenant: service.tenant, issuers: '*' },
        adapter: 'cloudevents',
        position: { source: 'demo', partition: 0, offset },
        nowMs: terminal.clock(),
        history: false,
      },
    );
    await (admission.kind === 'admitted'
      ? service.sink.append([admission.event], [])
      : service.sink.append([], [admission.letter]));
  }
}
