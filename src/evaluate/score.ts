import { ChainwardenError } from '../domain/errors.ts';
import { type Interval, wilson } from './wilson.ts';

/** One line of `detect`'s output, as far as scoring reads it. */
export interface AlertLine {
  readonly detector: string;
  readonly kind: 'alert' | 'signal';
  readonly txn?: string | undefined;
  readonly eventIds: readonly string[];
}

/** One line of a label file: what is true of the chain `txn`, or of the event `eventId`. */
export interface LabelLine {
  readonly txn?: string;
  readonly eventId?: string;
  readonly [field: string]: unknown;
}

export interface ScoreOptions {
  /** The boolean field that is the truth. */
  readonly by: string;
  /** `alert`: only what pages counts; `any`: signals too. */
  readonly kind?: 'alert' | 'any';
  /** A field by whose values the score is given as well. */
  readonly group?: string;
}

/** Counts of labelled chains, and what follows from them. A rate without a denominator is null. */
export interface Tally {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
  /** Found and true, of all found. */
  readonly precision: number | null;
  /** Found, of all true. */
  readonly recall: number | null;
  /** Found, of all that are not true. */
  readonly fpr: number | null;
  /** Wilson score intervals, 95 %. */
  readonly intervals: {
    readonly precision: Interval | null;
    readonly recall: Interval | null;
    readonly fpr: Interval | null;
  };
}

export interface Score {
  readonly by: string;
  readonly kind: 'alert' | 'any';
  readonly group: string | null;
  /** Chains (or events) with a label: every denominator counts these and no others. */
  readonly labelled: number;
  /** Labels without the truth field, left out. */
  readonly unjudged: number;
  /** Alerts of the chosen kind that no label covers. */
  readonly unlabelledAlerts: number;
  readonly alerts: number;
  /** True chains that were missed, but about which a signal said something. */
  readonly missedWithSignal: number;
  readonly total: Tally;
  readonly groups: { readonly [value: string]: Tally };
  /** Against the labels that expect the detector (their `detectors` field), else against all that are true. */
  readonly detectors: { readonly [id: string]: Tally };
}

interface Judged {
  readonly truth: boolean;
  readonly expected: readonly string[] | undefined;
  readonly group: string;
  /** Detectors that found it, by the chosen kind. */
  readonly found: Set<string>;
  signalled: boolean;
}

/** Scores alerts against labels, one unit per labelled chain however many alerts it has. */
export function score(
  alerts: Iterable<AlertLine>,
  labels: Iterable<LabelLine>,
  options: ScoreOptions,
): Score {
  const kind = options.kind ?? 'alert';
  const { units, unjudged } = judge(labels, options);
  let counted = 0;
  let unlabelledAlerts = 0;
  const detectorIds = new Set<string>([...units.values()].flatMap(({ expected }) => expected ?? []));
  for (const alert of alerts) {
    const counts = kind === 'any' || alert.kind === 'alert';
    const hit = unitsOf(alert, units);
    if (alert.kind === 'signal') for (const unit of hit) unit.signalled = true;
    if (!counts) continue;
    counted += 1;
    if (hit.length === 0) unlabelledAlerts += 1;
    detectorIds.add(alert.detector);
    for (const unit of hit) unit.found.add(alert.detector);
  }

  const all = [...units.values()];
  const found = (unit: Judged): boolean => unit.found.size > 0;
  const byTruth = (unit: Judged): boolean => unit.truth;
  const tallyOf = (members: readonly Judged[]): Tally => tally(members, byTruth, found);
  return {
    by: options.by,
    kind,
    group: options.group ?? null,
    labelled: all.length,
    unjudged,
    unlabelledAlerts,
    alerts: counted,
    missedWithSignal: all.filter((unit) => unit.truth && !found(unit) && unit.signalled).length,
    total: tallyOf(all),
    groups: options.group === undefined ? {} : mapValues(groupBy(all), tallyOf),
    detectors: Object.fromEntries(
      [...detectorIds].sort(byName).map((id) => {
        const wanted = (unit: Judged): boolean => unit.truth && (unit.expected?.includes(id) ?? true);
        return [id, tally(all, wanted, (unit) => unit.found.has(id))];
      }),
    ),
  };
}

/** One unit per chain or event; several labels of one chain are one, true when any of them is. */
function judge(labels: Iterable<LabelLine>, { by, group }: ScoreOptions) {
  const units = new Map<string, Judged>();
  let unjudged = 0;
  for (const label of labels) {
    const truth = label[by];
    const key = keyOf(label);
    if (typeof truth !== 'boolean' || key === undefined) {
      unjudged += 1;
      continue;
    }
    const earlier = units.get(key);
    const detectors = label['detectors'];
    units.set(key, {
      truth: truth || (earlier?.truth ?? false),
      expected: Array.isArray(detectors)
        ? [...(earlier?.expected ?? []), ...detectors.map(String)]
        : earlier?.expected,
      group: group === undefined ? '' : String(label[group] ?? '(none)'),
      found: new Set(),
      signalled: false,
    });
  }
  if (units.size === 0) {
    throw new ChainwardenError(
      'USAGE',
      `no label has txn or eventId and a boolean field ${by}; labels are one JSON object a line`,
    );
  }
  return { units, unjudged };
}

function keyOf(label: LabelLine): string | undefined {
  if (typeof label.txn === 'string') return `txn ${label.txn}`;
  return typeof label.eventId === 'string' ? `event ${label.eventId}` : undefined;
}

/** The labelled chain of the alert's transaction, else the labelled events among its evidence. */
function unitsOf(alert: AlertLine, units: ReadonlyMap<string, Judged>): Judged[] {
  const chain = alert.txn === undefined ? undefined : units.get(`txn ${alert.txn}`);
  if (chain !== undefined) return [chain];
  return alert.eventIds.flatMap((id) => units.get(`event ${id}`) ?? []);
}

function tally(
  units: readonly Judged[],
  truth: (unit: Judged) => boolean,
  found: (unit: Judged) => boolean,
): Tally {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const unit of units) {
    if (truth(unit)) counts[found(unit) ? 'tp' : 'fn'] += 1;
    else counts[found(unit) ? 'fp' : 'tn'] += 1;
  }
  const { tp, fp, fn, tn } = counts;
  return {
    ...counts,
    precision: rate(tp, tp + fp),
    recall: rate(tp, tp + fn),
    fpr: rate(fp, fp + tn),
    intervals: {
      precision: wilson(tp, tp + fp),
      recall: wilson(tp, tp + fn),
      fpr: wilson(fp, fp + tn),
    },
  };
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function groupBy(units: readonly Judged[]): Map<string, Judged[]> {
  const groups = new Map<string, Judged[]>();
  for (const unit of units) {
    const members = groups.get(unit.group);
    if (members === undefined) groups.set(unit.group, [unit]);
    else members.push(unit);
  }
  return groups;
}

function mapValues(groups: ReadonlyMap<string, Judged[]>, make: (units: readonly Judged[]) => Tally) {
  return Object.fromEntries(
    [...groups].sort(([a], [b]) => byName(a, b)).map(([key, units]) => [key, make(units)]),
  );
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
