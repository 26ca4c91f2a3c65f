import type { Alert } from '../domain/alert.ts';
import type { LiveFinding } from '../domain/finding.ts';
import { STANDING_LIFETIME_MS } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import type { Engine, EngineStats, LogRecord } from '../domain/record.ts';

export interface ReplayOptions {
  /** The whole log in order, from its first record on. */
  readonly log: AsyncIterable<readonly LogRecord[]>;
  /** A fresh one, with room for everything that the log holds. */
  readonly engine: Pick<Engine, 'apply' | 'stats'>;
  /** Findings into alerts; a fresh book. */
  readonly fold: (findings: readonly LiveFinding[]) => readonly Alert[];
  /** Judges the whole log in place of the policies that it records. */
  readonly policy: Policy | undefined;
  /** In force before the first record of a log whose beginning has expired. */
  readonly expiredPolicy: Policy;
  /** Records behind it are somebody else's business: a service may go on writing. */
  readonly lastSeq: number;
  /** Places at which a batch ends, because what is said up to there is compared with what is said behind it. */
  readonly cuts: readonly number[];
  readonly onBatch?: (events: number) => void;
}

export interface Replayed {
  /** Newest state of every alert by id, withdrawn ones included. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly tenants: ReadonlySet<string>;
  readonly events: number;
  /** 0 for an empty log. */
  readonly firstSeq: number;
  /** First watermark in the log, event time: what lies before it has arrived before. */
  readonly firstWatermarkMs: number | undefined;
  readonly stats: EngineStats;
}

/**
 * The engine over a stored log, in memory. It stops where the log stops and closes no stream: what is provisional
 * there stays provisional. Nothing is written and nothing sent.
 */
export async function replayLog(options: ReplayOptions): Promise<Replayed> {
  const { engine } = options;
  const alerts = new Map<string, Alert>();
  const tenants = new Set<string>();
  let events = 0;
  let firstSeq = 0;
  let firstWatermarkMs: number | undefined;

  function note(record: LogRecord): void {
    if (record.kind === 'watermark') firstWatermarkMs ??= record.watermarkMs;
    if (record.kind !== 'event') return;
    events += 1;
    tenants.add(record.event.tenant);
  }

  function apply(records: readonly LogRecord[]): void {
    const { findings } = engine.apply(records);
    for (const alert of options.fold(findings)) alerts.set(alert.id, alert);
  }

  function begin(first: LogRecord): void {
    firstSeq = first.seq;
    const policy = options.policy ?? (hasExpired(firstSeq) ? options.expiredPolicy : undefined);
    if (policy !== undefined) apply([{ kind: 'policy', seq: firstSeq - 1, policy }]);
  }

  for await (const batch of options.log) {
    const [first] = batch;
    if (first === undefined) continue;
    if (first.seq > options.lastSeq) break;
    if (firstSeq === 0) begin(first);
    const own = batch.filter(({ seq }) => seq <= options.lastSeq);
    own.forEach(note);
    const judged = options.policy === undefined ? own : own.filter(({ kind }) => kind !== 'policy');
    for (const part of parted(judged, options.cuts)) apply(part);
    options.onBatch?.(events);
  }
  return { alerts, tenants, events, firstSeq, firstWatermarkMs, stats: engine.stats };
}

/**
 * Event time from which on the log tells all there was to know. Alerts outlive the events that they rest on, so what
 * became true within a day of the first watermark that is left may rest on events that are gone.
 */
export function completeFromMs({
  firstSeq,
  firstWatermarkMs,
}: Pick<Replayed, 'firstSeq' | 'firstWatermarkMs'>): number {
  if (!hasExpired(firstSeq)) return Number.NEGATIVE_INFINITY;
  return (firstWatermarkMs ?? Number.POSITIVE_INFINITY) + STANDING_LIFETIME_MS;
}

/** Places in the log count from 1: one that begins later has lost what its retention took. */
function hasExpired(firstSeq: number): boolean {
  return firstSeq > 1;
}

function parted(records: readonly LogRecord[], cuts: readonly number[]): (readonly LogRecord[])[] {
  const parts: LogRecord[][] = [];
  let beforeSeq = Number.NEGATIVE_INFINITY;
  for (const record of records) {
    const isCut = cuts.some((end) => beforeSeq <= end && record.seq > end);
    const part = parts.at(-1);
    if (part === undefined || isCut) parts.push([record]);
    else part.push(record);
    beforeSeq = record.seq;
  }
  return parts;
}
