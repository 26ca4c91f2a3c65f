import * as z from 'zod';
import { alertStates } from '../../domain/alert.ts';
import type { AlertCount, ClosedReason, ProducerActivity, Refusals } from '../../domain/operations.ts';
import type { PolicyRecord } from '../../domain/record.ts';
import { Instant, instant } from './common.ts';
import { DeadLetterShape, presentDeadLetter } from './other.ts';

const count = z.int().min(0);

export const NoiseShape = z
  .object({
    detector: z.string(),
    alerts: z.partialRecord(z.enum(alertStates), count).describe('Alerts by state'),
    signals: z.partialRecord(z.enum(alertStates), count).describe('Signals by state: they page nobody'),
    closed: count.describe('Alerts and signals that a person closed'),
    closedAsFalse: count.describe('Of these, those of which the reason says that there was nothing'),
    reasons: z
      .array(z.object({ reason: z.string(), count }))
      .describe('Commonest reasons for closing, in the words of those who closed'),
  })
  .meta({ id: 'Noise', description: 'How much one detector says, and what people made of it' });

export function presentNoise(
  detector: string,
  counts: readonly AlertCount[],
  reasons: readonly ClosedReason[],
): z.infer<typeof NoiseShape> {
  const mine = counts.filter((one) => one.detector === detector);
  const byState = (kind: AlertCount['kind']) =>
    Object.fromEntries(mine.filter((one) => one.kind === kind).map((one) => [one.state, one.count]));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    detector,
    alerts: byState('alert'),
    signals: byState('signal'),
    closed: sum(mine.filter(({ state }) => state === 'closed').map((one) => one.count)),
    closedAsFalse: sum(mine.map(({ falseCount }) => falseCount)),
    reasons: reasons
      .filter((one) => one.detector === detector)
      .map(({ reason, count: times }) => ({ reason, count: times })),
  };
}

export const producerStates = ['well', 'silent', 'ahead', 'late', 'rare', 'never'] as const;

export const ProducerShape = z
  .object({
    publisher: z.string(),
    source: z.string().optional().describe('`source` of its events; absent when it was not heard'),
    state: z
      .enum(producerStates)
      .describe(
        'silent: quiet for longer than it ever was in this time; ahead: its clock is; late: it delivers late, or its clock is behind; rare: heard too seldom to tell; never: not heard in this time',
      ),
    events: count,
    lastHeardAt: Instant.optional().describe('By our clock'),
    lastEventAt: Instant.optional().describe('By its own'),
    medianDelaySeconds: z
      .number()
      .optional()
      .describe('Between the time of an event and its arrival; below 0: it is from the future'),
    longestGapSeconds: z.number().optional().describe('Longest time in which it said nothing, by the minute'),
    gapFrom: Instant.optional().describe('When that began'),
  })
  .meta({
    id: 'Producer',
    description: 'A publisher and one source it speaks of: how much, when, by which clock',
  });

/** Heard in fewer minutes than this, nobody can say what silence means. */
const TELLING_MINUTES = 10;
/** Silence that is shorter is none. */
const SILENCE_MS_MIN = 5 * 60_000;
/** As long as stragglers are waited for: what comes later is judged without what came before it. */
const DELAY_MS_MAX = 10 * 60_000;
/** Clocks waver, and nothing comes honestly from the future. */
const AHEAD_MS_MAX = 60_000;

export function presentProducer(activity: ProducerActivity, nowMs: number): z.infer<typeof ProducerShape> {
  const { publisher, source, events, lastEventMs, lastHeardMs, medianDelayMs, longestGapMs } = activity;
  return {
    publisher,
    source,
    state: stateOf(activity, nowMs),
    events,
    lastHeardAt: instant(lastHeardMs),
    lastEventAt: instant(lastEventMs),
    medianDelaySeconds: medianDelayMs / 1000,
    longestGapSeconds: longestGapMs / 1000,
    gapFrom: longestGapMs === 0 ? undefined : instant(activity.gapFromMs),
  };
}

function stateOf(
  { lastHeardMs, longestGapMs, minutes, medianDelayMs }: ProducerActivity,
  nowMs: number,
): (typeof producerStates)[number] {
  const silentMs = nowMs - lastHeardMs;
  if (minutes >= TELLING_MINUTES && silentMs > Math.max(SILENCE_MS_MIN, 2 * longestGapMs)) return 'silent';
  if (medianDelayMs < -AHEAD_MS_MAX) return 'ahead';
  if (medianDelayMs > DELAY_MS_MAX) return 'late';
  return minutes < TELLING_MINUTES ? 'rare' : 'well';
}

export const RefusalsShape = z
  .object({
    code: z.string(),
    publisher: z.string(),
    count,
    lastAt: Instant,
    example: DeadLetterShape.optional().describe('The last of them'),
  })
  .meta({ id: 'Refusals', description: 'Messages of one publisher that were refused for one reason' });

export function presentRefusals({
  code,
  publisher,
  count: times,
  lastMs,
  example,
}: Refusals): z.infer<typeof RefusalsShape> {
  return {
    code,
    publisher,
    count: times,
    lastAt: instant(lastMs),
    example: example === undefined ? undefined : presentDeadLetter(example),
  };
}

export const PolicyEntryShape = z
  .object({
    name: z.string(),
    version: z.int(),
    seq: z.int().describe('Its place in the log: from there on it judges'),
    since: Instant.optional(),
    origin: z.enum(['file', 'configuration']).optional(),
    digest: z.string().optional(),
    signedBy: z.string().optional(),
    policy: z.record(z.string(), z.unknown()).describe('All of it, defaults included'),
  })
  .meta({ id: 'PolicyEntry', description: 'A policy that is or was in force' });

export function presentPolicyEntry({
  seq,
  policy,
  document,
}: PolicyRecord): z.infer<typeof PolicyEntryShape> {
  return {
    name: policy.name,
    version: policy.version,
    seq,
    since: instant(document?.atMs),
    origin: document?.origin,
    digest: document?.digest,
    signedBy: document?.signedBy,
    policy,
  };
}
