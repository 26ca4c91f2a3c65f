import * as z from 'zod';
import type { Vitals } from '../../domain/vitals.ts';
import { healthStates } from '../../observe/index.ts';
import { Instant, instant } from './common.ts';

const count = z.int().min(0);
const seconds = z.number().min(0);

export const HealthShape = z
  .object({
    version: z.string(),
    at: Instant,
    ready: z.boolean().describe('No check fails'),
    checks: z
      .array(z.object({ name: z.string(), state: z.enum(healthStates), reason: z.string(), since: Instant }))
      .describe('As /readyz has them'),
    time: z.object({
      watermark: Instant.optional().describe('Everything before it has arrived, as far as anyone can tell'),
      lagSeconds: seconds.optional(),
      holder: z
        .object({
          source: z
            .string()
            .optional()
            .describe('Publisher or partition; absent when it is no source, or of another tenant'),
          why: z.string(),
        })
        .optional()
        .describe('What time waits for'),
      sources: z.record(z.string(), count).describe('Publishers and partitions of the process by state'),
    }),
    log: z.object({
      queuedEvents: count.describe('Events that wait for the log'),
      queuedChars: count,
      storeStuckSeconds: seconds.describe('For how long the store has not taken them; 0 while it does'),
      pausedSeconds: seconds.describe('For how long the log has waited for detection'),
    }),
    detection: z.object({
      backlogRecords: count.describe('Records of the log that wait for detection'),
      backlogChars: count,
      storeStuckSeconds: seconds.describe('For how long the store has not taken what was found'),
      liveChains: count.describe('Chains in memory'),
      liveTokens: count,
      parkedChains: count.describe('Chains that are in the store until something names them'),
      evictedChains: count.describe('Chains that left memory before they had settled'),
      uncorrelated: count.describe('Events that hang on nothing'),
    }),
    kafka: z
      .object({
        state: z.string(),
        restarts: count,
        rebalances: count,
        partitions: z.array(
          z.object({ topic: z.string(), partition: z.int(), lag: z.number().describe('Messages behind') }),
        ),
      })
      .optional()
      .describe('Absent without brokers'),
    detectors: z.array(
      z.object({
        detector: z.string(),
        evaluations: count,
        seconds,
        faults: count.describe('Evaluations that threw'),
      }),
    ),
  })
  .meta({ id: 'Health', description: 'How this process is doing, since it was started' });

export interface HealthParts {
  readonly version: string;
  readonly nowMs: number;
  readonly report: {
    readonly ready: boolean;
    readonly checks: readonly {
      readonly name: string;
      readonly state: (typeof healthStates)[number];
      readonly reason: string;
      readonly sinceMs: number;
    }[];
  };
  readonly vitals: Vitals;
  /** Whether the caller may know this publisher or partition by its name. */
  readonly isTheirs: (partition: string) => boolean;
}

export function presentHealth({
  version,
  nowMs,
  report,
  vitals,
  isTheirs,
}: HealthParts): z.infer<typeof HealthShape> {
  const { time, log, detection, kafka, detectors } = vitals;
  const lasting = (sinceMs: number | undefined) => (sinceMs === undefined ? 0 : past(nowMs - sinceMs));
  const { stuckMs, ...found } = detection;
  return {
    version,
    at: instant(nowMs),
    ready: report.ready,
    checks: report.checks.map(({ sinceMs, ...check }) => ({ ...check, since: instant(sinceMs) })),
    time: {
      watermark: instant(time.watermarkMs),
      lagSeconds: time.watermarkMs === undefined ? undefined : past(nowMs - time.watermarkMs),
      holder: time.holder && {
        source: isTheirs(time.holder.partition) ? time.holder.partition : undefined,
        why: time.holder.why,
      },
      sources: { ...time.sources },
    },
    log: {
      queuedEvents: log.queuedEvents,
      queuedChars: log.queuedChars,
      storeStuckSeconds: lasting(log.stuckSinceMs),
      pausedSeconds: lasting(log.pausedSinceMs),
    },
    detection: { ...found, storeStuckSeconds: past(stuckMs) },
    kafka: kafka && {
      state: kafka.state,
      restarts: kafka.restarts,
      rebalances: kafka.rebalances,
      partitions: kafka.partitions.map(({ topic, partition, lag }) => ({ topic, partition, lag })),
    },
    detectors: detectors.map(({ ms, ...spent }) => ({ ...spent, seconds: past(ms) })),
  };
}

/** Seconds; a clock that was set back makes no time negative. */
function past(ms: number): number {
  return Math.max(0, ms) / 1000;
}
