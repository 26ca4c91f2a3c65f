import type { Logger } from 'pino';
import type { Store } from './domain/ports.ts';
import type { Engine } from './domain/record.ts';
import type { StepDecisions } from './domain/step.ts';
import {
  createAlertLives,
  createDenyList,
  createStepDecisions,
  type EvaluationConfig,
  type LiveDenyList,
} from './edge/index.ts';
import type { Metrics } from './observe/index.ts';

export interface GatewayParts {
  readonly engine: Pick<Engine, 'foresee'>;
  readonly denyList: LiveDenyList;
  readonly store: Pick<Store, 'alert'>;
  readonly metrics: Pick<Metrics, 'steps'>;
  readonly log: Logger;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The deny list as earlier processes left it. */
export async function openDenyList(store: Store, clock: () => number): Promise<LiveDenyList> {
  const denyList = createDenyList({ store, clock });
  await denyList.load();
  return denyList;
}

/** Answers of live detection to gateways, measured and, where they stop something, told. */
export function answerSteps(config: EvaluationConfig, parts: GatewayParts): StepDecisions {
  const { engine, denyList, store, metrics, log, sleep } = parts;
  const now = (): number => performance.now();
  return createStepDecisions({
    engine,
    denyList,
    lives: createAlertLives({ read: (tenant, id) => store.alert(tenant, id), now, sleep }),
    config,
    now,
    observer: {
      decided({ tenant }, { allowed, reason, chainId, objections }, durationMs) {
        metrics.steps.decisions.inc({ decision: allowed ? 'allow' : 'deny', reason });
        metrics.steps.duration.observe(durationMs / 1000);
        if (allowed) return;
        const [first] = objections;
        log.info({ tenant, reason, chainId, detector: first?.detector, fact: first?.fact }, 'step denied');
      },
      failed: (error) => log.error({ err: error }, 'step could not be judged'),
    },
  });
}
