import type { Config } from './config.ts';
import type { Admit } from './domain/admission.ts';
import type { AuditSink } from './domain/audit.ts';
import type { EventSink } from './domain/ports.ts';
import type { SecurityEvents } from './domain/security-event.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';
import { createSecurityEvents } from './ingest/ssf/index.ts';
import type { Metrics } from './observe/index.ts';
import { createGuard } from './respond/index.ts';

interface SecurityEventParts {
  readonly admit: Admit;
  readonly sink: EventSink;
  readonly audit?: AuditSink | undefined;
  readonly metrics: Metrics;
  readonly clock: () => number;
}

/** The receiver of shared signals, whose keys come from nowhere that only this machine can reach. */
export function openSecurityEvents(
  { ssf, outbound, tenant }: Pick<Config, 'ssf' | 'outbound' | 'tenant'>,
  { metrics, ...parts }: SecurityEventParts,
): SecurityEvents & { close(): Promise<void> } {
  const guard = createGuard({ allow: outbound.allow });
  const fetches: GuardedFetch[] = [];
  const events = createSecurityEvents({
    ...parts,
    tenant,
    transmitters: ssf.transmitters,
    fetchKeys: ({ allowPrivate }) => {
      let fetched: GuardedFetch | undefined;
      return (url, { headers, signal }) => {
        if (fetched === undefined) {
          fetched = createGuardedFetch({ url: new URL(url), allowPrivate }, guard);
          fetches.push(fetched);
        }
        return fetched.get(headers, signal);
      };
    },
    onStream: (transmitter, sendsOn) => metrics.ssf.paused.set({ transmitter }, sendsOn ? 0 : 1),
    onSet: (transmitter, outcome) => metrics.ssf.tokens.inc({ transmitter, outcome }),
  });
  return {
    receive: events.receive,
    close: async () => {
      await Promise.all(fetches.map((fetched) => fetched.close()));
    },
  };
}
