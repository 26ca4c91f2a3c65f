import type { Logger } from 'pino';
import { noticeBody } from './alert/index.ts';
import type { Config } from './config.ts';
import type { Store } from './domain/ports.ts';
import { openAlertsTopic } from './intake.ts';
import { version } from './package.ts';
import {
  type Channel,
  type Closings,
  createClosings,
  type Endpoint,
  type Guard,
  type Responder,
  systemTimer,
} from './respond/index.ts';

/** The ways to whoever is told. */
export interface Telling {
  readonly channels: readonly Channel[];
  /** Sees to what people close, from now on. */
  follow(responder: Responder): Closings;
  close(): Promise<void>;
}

interface Parts {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly guard: Guard;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Throws CONFIG_INVALID where an endpoint needs brokers and there are none. */
export function openTelling(config: Config, { store, endpoints, guard, log, clock }: Parts): Telling {
  const { publicUrl } = config.outbound;
  const topic = openAlertsTopic(config, log);
  const earlier: Store['findOutbox'] = (tenant, ids) => store.findOutbox(tenant, ids);
  const parts = { guard, clock, publicUrl, productVersion: version, earlier, topic };
  const channels = endpoints.map((endpoint) => endpoint.connect(parts));
  return {
    channels,
    follow({ enqueue }) {
      const body = noticeBody;
      const timer = systemTimer;
      const closings = createClosings({ store, subscriptions: endpoints, enqueue, body, clock, timer, log });
      void closings.look();
      return closings;
    },
    async close() {
      await Promise.all(channels.map((channel) => channel.close()));
      await topic?.stop();
    },
  };
}
