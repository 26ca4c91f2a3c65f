import type { Alert } from '../domain/alert.ts';
import { type LiveFinding, severityRank } from '../domain/finding.ts';
import type { AlertChanges, Notice, RevocationWish } from '../domain/notice.ts';
import { refKey } from '../domain/token.ts';
import { alertId, type Folded, foldFindings } from './fold.ts';

/** Alerts whose findings are remembered: about 2 kB each, so 200 MB at most. */
const ALERTS_MAX = 100_000;

export interface AlertBook {
  /** Takes whole new states of findings (same id replaces) and says which alerts they change, and how. */
  apply(findings: readonly LiveFinding[]): AlertChanges;
  /** Takes findings that were applied before, by this process or another one: nobody is told of them again. */
  remember(findings: readonly LiveFinding[]): void;
  readonly size: number;
}

/** What is known of one alert between batches. */
interface Entry {
  readonly findings: Map<string, LiveFinding>;
  version: number;
  epoch: number;
  /** The severity people were last told of; undefined while it is not raised. */
  raisedAs: Alert['severity'] | undefined;
  /** The decision about a revocation is asked for again only when this changes. */
  wishKey: string;
}

/**
 * Folds findings into alerts and notices when one is raised, escalates, is withdrawn or carries on as another. Pure:
 * memory of what was applied, nothing else. Past `alertsMax` the alert that changed longest ago is forgotten; its row
 * stays in the store, and should it change again its ids are the same, so nobody is told twice.
 */
export function createAlertBook(options: { alertsMax?: number } = {}): AlertBook {
  const alertsMax = options.alertsMax ?? ALERTS_MAX;
  // Insertion order is the order of the last change.
  const entries = new Map<string, Entry>();

  function remember(id: string, finding: LiveFinding): Entry {
    const entry = entries.get(id) ?? {
      findings: new Map(),
      version: 0,
      epoch: 0,
      raisedAs: undefined,
      wishKey: '',
    };
    const known = entry.findings.get(finding.id);
    if (known === undefined || known.version <= finding.version) entry.findings.set(finding.id, finding);
    entry.version = Math.max(entry.version, finding.version);
    entries.delete(id);
    entries.set(id, entry);
    return entry;
  }

  /** An alert that another process raised is taken up where it stands. */
  function resume(entry: Entry): void {
    const folded = foldFindings([...entry.findings.values()], entry.version);
    notify(entry, folded.alert);
    newWish(entry, folded);
  }

  return {
    remember(findings) {
      const resumed = new Set<Entry>();
      for (const finding of findings) {
        const id = alertId(finding);
        const isKnown = entries.get(id);
        if (isKnown?.findings.has(finding.id) === true) continue;
        const entry = remember(id, finding);
        if (isKnown === undefined || resumed.has(isKnown)) resumed.add(entry);
      }
      for (const entry of resumed) resume(entry);
    },
    apply(findings) {
      const touched = new Map<string, Entry>();
      for (const finding of findings) {
        const id = alertId(finding);
        touched.set(id, remember(id, finding));
      }

      const alerts: Alert[] = [];
      const notices: Notice[] = [];
      const revocations: RevocationWish[] = [];
      for (const entry of touched.values()) {
        const folded = foldFindings([...entry.findings.values()], entry.version);
        alerts.push(folded.alert);
        const notice = notify(entry, folded.alert);
        if (notice !== undefined) notices.push(notice);
        const wish = newWish(entry, folded);
        if (wish !== undefined) revocations.push(wish);
      }
      for (const id of entries.keys()) {
        if (entries.size <= alertsMax) break;
        entries.delete(id);
      }
      return { alerts, notices, revocations };
    },
    get size() {
      return entries.size;
    },
  };
}

/** Advances the entry's life. What a whole batch did is one step: raised and escalated at once is raised. */
function notify(entry: Entry, alert: Alert): Notice | undefined {
  const isMerged = alert.mergedInto !== undefined;
  const pages = alert.kind === 'alert' && alert.settled && !alert.withdrawn && !isMerged;
  if (!pages) {
    // Withdrawn but never raised, as far as is remembered: who was told is for the outbox to know.
    const wasRaised =
      entry.raisedAs !== undefined || ((alert.withdrawn || isMerged) && alert.kind === 'alert');
    entry.raisedAs = undefined;
    const type = isMerged ? 'alert.merged' : 'alert.withdrawn';
    return wasRaised ? { type, epoch: Math.max(1, entry.epoch), alert } : undefined;
  }
  const before = entry.raisedAs;
  if (before !== undefined && severityRank(alert.severity) <= severityRank(before)) return undefined;
  entry.raisedAs = alert.severity;
  if (before !== undefined) return { type: 'alert.escalated', epoch: entry.epoch, alert };
  entry.epoch += 1;
  return { type: 'alert.raised', epoch: entry.epoch, alert };
}

function newWish(entry: Entry, { revocation }: Folded): RevocationWish | undefined {
  const key =
    revocation === undefined
      ? ''
      : JSON.stringify([refKey(revocation.target), revocation.severity, revocation.revocable]);
  if (key === entry.wishKey) return undefined;
  entry.wishKey = key;
  return revocation;
}
