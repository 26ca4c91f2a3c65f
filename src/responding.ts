import type { Logger } from 'pino';
import { noticeBody } from './alert/index.ts';
import { openBacktests } from './autonomy.ts';
import type { Config } from './config.ts';
import type { AuditSink } from './domain/audit.ts';
import type { Backtests } from './domain/backtest.ts';
import type { DenyList } from './domain/deny-list.ts';
import { ChainwardenError } from './domain/errors.ts';
import type { NewsSink } from './domain/news.ts';
import type { Store } from './domain/ports.ts';
import type { Response } from './domain/response.ts';
import { newsOfResponse } from './news-of.ts';
import type { Metrics } from './observe/index.ts';
import type { Recorder } from './own-records.ts';
import type { Policies } from './policies.ts';
import {
  type Closings,
  type Connectors,
  createConnectors,
  createGuard,
  createResponder,
  type EffectiveMode,
  type Endpoint,
  observedIn,
  type Responder,
  type ResponseObserver,
  systemTimer,
} from './respond/index.ts';
import { openTelling } from './telling.ts';

/** Who is told and who ends authority, put together. */
export interface Responding {
  readonly responder: Responder;
  readonly backtests: Backtests;
  readonly jwks: Connectors['jwks'];
  /** From now on what is done is recorded, and what an earlier process left is taken up. */
  begin(recorder: Recorder): Promise<Closings>;
  stop(): Promise<void>;
}

export interface RespondingParts {
  readonly store: Store;
  readonly endpoints: readonly Endpoint[];
  readonly denyList: DenyList;
  /** How far each detector may go without a person. */
  readonly modeOf?: ((tenant: string, detector: string) => EffectiveMode) | undefined;
  readonly audit: AuditSink;
  readonly policies: Policies;
  readonly news: NewsSink;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: () => number;
}

/** Opens the ways out. Nothing is sent before `begin`. */
export function openResponding(config: Config, parts: RespondingParts): Responding {
  const { store, denyList, policies, log, clock } = parts;
  const { allow, connectors: configs, response } = config.outbound;
  const guard = createGuard({ allow });
  const telling = openTelling(config, { ...parts, guard });
  const connectors = createConnectors(configs, { guard, clock, env: process.env, denyList });
  /** There is nothing to record into before there is a log. */
  let recorder: Recorder = {
    record: () => Promise.reject(new ChainwardenError('OVERLOADED', 'the log is not open yet')),
  };
  let closings: Closings | undefined;
  const responder = createResponder({
    store,
    channels: telling.channels,
    connectors: connectors.all,
    subscriptions: parts.endpoints,
    config: response,
    policy: () => policies.status.policy,
    record: (change) => recorder.record(change),
    modeOf: parts.modeOf,
    observer: observe(parts.metrics, parts.news),
    observed: observedIn(store),
    audit: parts.audit,
    clock,
    timer: systemTimer,
    random: Math.random,
    log,
    body: noticeBody,
  });
  return {
    responder,
    backtests: openBacktests(config, { ...parts, connectors: connectors.all }),
    jwks: connectors.jwks,
    async begin(opened) {
      recorder = opened;
      await responder.start();
      closings = telling.follow(responder);
      return closings;
    },
    async stop() {
      await closings?.stop();
      await responder.stop();
      await telling.close();
      await Promise.all(connectors.all.map((channel) => channel.close()));
    },
  };
}

function observe({ responses }: Metrics, news: NewsSink): ResponseObserver {
  const by = ({ approvedBy }: Response) => ({ by: approvedBy.length > 0 ? 'person' : 'machine' });
  return {
    changed(response) {
      const { action, mode, state } = response;
      responses.states.inc({ action, mode, state });
      news.tell([newsOfResponse(response)]);
    },
    attempted: (response, afterMs) => responses.attempted.observe(by(response), afterMs / 1000),
    confirmed: (response, afterMs) => responses.confirmed.observe(by(response), afterMs / 1000),
  };
}
