import type { Alert } from '../domain/alert.ts';
import { type LiveFinding, severityRank } from '../domain/finding.ts';
import { rootOf } from '../domain/incident.ts';
import type { AlertChanges, AlertNotice, RevocationWish } from '../domain/notice.ts';
import { refKey } from '../domain/token.ts';
import { type Folded, foldFindings, pages } from './fold.ts';

/** What is known of one alert between batches. */
export interface Entry {
  readonly findings: Map<string, LiveFinding>;
  /** The alert as it was last folded. */
  row: Alert;
  version: number;
  epoch: number;
  /** The severity that was last told; undefined while it is not raised. */
  raisedAs: Alert['severity'] | undefined;
  /** The exceptions that it was counted under. */
  excepted: readonly string[];
  /** The decision about a revocation is asked for again only when this changes. */
  wishKey: string;
  /** The chain that it is remembered and forgotten with. */
  chain: string;
}

export function newEntry(row: Alert): Entry {
  const entry = {
    findings: new Map(),
    row,
    version: row.version,
    epoch: 0,
    raisedAs: undefined,
    excepted: [],
    wishKey: '',
  };
  return { ...entry, chain: chainOf(row) };
}

/** Name of a chain among those of all tenants. */
export function chainOf(place: Pick<Alert, 'tenant' | 'hop' | 'above'>): string {
  return JSON.stringify([place.tenant, rootOf(place)]);
}

/** Takes one state of a finding, unless a newer one is known. */
export function takeFinding(entry: Entry, finding: LiveFinding): void {
  const known = entry.findings.get(finding.id);
  if (known === undefined || known.version <= finding.version) entry.findings.set(finding.id, finding);
  entry.version = Math.max(entry.version, finding.version);
}

export function refold(entry: Entry): Folded {
  const folded = foldFindings([...entry.findings.values()], entry.version);
  entry.row = { ...folded.alert, incidentId: entry.row.incidentId };
  return folded;
}

/** Advances the alert's life. What a whole batch did is one step: raised and escalated at once is raised. */
export function notify(entry: Entry): AlertNotice | undefined {
  const { row } = entry;
  if (!pages(row)) {
    const isMerged = row.mergedInto !== undefined;
    // Withdrawn but never raised, as far as is remembered: who was told is for the outbox to know.
    const wasRaised = entry.raisedAs !== undefined || ((row.withdrawn || isMerged) && row.kind === 'alert');
    entry.raisedAs = undefined;
    const type = isMerged ? 'alert.merged' : 'alert.withdrawn';
    return wasRaised ? { type, epoch: Math.max(1, entry.epoch), about: row } : undefined;
  }
  const before = entry.raisedAs;
  if (before !== undefined && severityRank(row.severity) <= severityRank(before)) return undefined;
  entry.raisedAs = row.severity;
  if (before !== undefined) return { type: 'alert.escalated', epoch: entry.epoch, about: row };
  entry.epoch += 1;
  return { type: 'alert.raised', epoch: entry.epoch, about: row };
}

/** Exceptions that it carries for the first time. */
export function newlyExcepted(entry: Entry): AlertChanges['excepted'] {
  const { exceptions = [], detector } = entry.row;
  const added = exceptions.filter((exception) => !entry.excepted.includes(exception));
  if (added.length > 0) entry.excepted = [...entry.excepted, ...added];
  return added.map((exception) => ({ exception, detector }));
}

export function newWish(entry: Entry, { revocation }: Folded): RevocationWish | undefined {
  const key =
    revocation === undefined
      ? ''
      : JSON.stringify([refKey(revocation.target), revocation.severity, revocation.revocable]);
  if (key === entry.wishKey) return undefined;
  entry.wishKey = key;
  return revocation === undefined ? undefined : { ...revocation, alert: entry.row };
}
