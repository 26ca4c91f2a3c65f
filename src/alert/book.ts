import type { Alert } from '../domain/alert.ts';
import type { LiveFinding } from '../domain/finding.ts';
import type { Neighbourhood } from '../domain/incident.ts';
import { LIVE_ALERTS_MAX } from '../domain/limits.ts';
import type { AlertChanges, Notice, RevocationWish } from '../domain/notice.ts';
import {
  chainOf,
  type Entry,
  newEntry,
  newlyExcepted,
  newWish,
  notify,
  refold,
  takeFinding,
} from './entry.ts';
import { alertId, foldFindings } from './fold.ts';
import { createIncidents } from './incidents.ts';

export interface AlertBook {
  /** Takes whole new states of findings (same id replaces) and says which alerts and incidents they change, and how. */
  apply(findings: readonly LiveFinding[]): AlertChanges;
  /** Takes findings that were applied before, by this process or another one: nobody is told of them again. */
  remember(findings: readonly LiveFinding[]): void;
  /** Places in chains that were forgotten, as far as findings may depend on them: `recall` what stands there first. */
  forgotten(findings: readonly LiveFinding[]): readonly Neighbourhood[];
  /** Takes alerts as they were stored. What they rest on is found again as it changes. */
  recall(alerts: readonly Alert[]): void;
  readonly size: number;
}

/**
 * Folds findings into alerts and alerts into incidents, and notices when one is raised, escalates, is withdrawn or
 * carries on as another. Pure: memory of what was applied, nothing else. Past `alertsMax` the chain that changed
 * longest ago is forgotten with all its alerts, since any may be the cause of any other; its rows stay in the store
 * and come back when something is found in it, under the same ids, so nobody is told twice.
 */
export function createAlertBook(options: { alertsMax?: number } = {}): AlertBook {
  const alertsMax = options.alertsMax ?? LIVE_ALERTS_MAX;
  const entries = new Map<string, Entry>();
  /** Insertion order is the order of the last change. */
  const chains = new Map<string, Set<Entry>>();
  const incidents = createIncidents({ entryOf: (id) => entries.get(id) });
  let isForgetful = false;
  /** Alerts that have another cause than their last row says. */
  const owed = new Set<Entry>();

  function take(finding: LiveFinding): Entry {
    const id = alertId(finding);
    let entry = entries.get(id);
    if (entry === undefined) {
      entry = newEntry(foldFindings([finding], finding.version).alert);
      entries.set(id, entry);
    }
    takeFinding(entry, finding);
    return entry;
  }

  function touch(entry: Entry): void {
    const before = chains.get(entry.chain);
    before?.delete(entry);
    if (before?.size === 0) chains.delete(entry.chain);
    entry.chain = chainOf(entry.row);
    const chain = chains.get(entry.chain) ?? new Set();
    chain.add(entry);
    chains.delete(entry.chain);
    chains.set(entry.chain, chain);
  }

  function settle(): void {
    for (const entry of incidents.settle()) owed.add(entry);
  }

  function forget(): void {
    for (const [name, chain] of chains) {
      if (entries.size <= alertsMax || chains.size === 1) break;
      isForgetful = true;
      chains.delete(name);
      const gone = [...chain];
      for (const entry of gone) {
        entries.delete(entry.row.id);
        owed.delete(entry);
      }
      incidents.forget(gone);
    }
  }

  return {
    remember(findings) {
      const resumed = new Set<Entry>();
      const added = new Set<Entry>();
      for (const finding of findings) {
        const known = entries.get(alertId(finding));
        if (known?.findings.has(finding.id) === true) continue;
        const entry = take(finding);
        added.add(entry);
        if (known === undefined) resumed.add(entry);
      }
      for (const entry of added) {
        const folded = refold(entry);
        incidents.place(entry);
        newlyExcepted(entry);
        if (!resumed.has(entry)) continue;
        // An alert that another process raised is taken up where it stands.
        notify(entry);
        newWish(entry, folded);
      }
      settle();
      incidents.suspect();
      for (const entry of added) touch(entry);
      // What it rests on may be decided differently now: cause and row are told again with the next change.
      for (const entry of resumed) owed.add(entry);
    },
    apply(findings) {
      const touched = new Set(findings.map(take));
      const version = findings.reduce((highest, finding) => Math.max(highest, finding.version), 0);
      const folds = [...touched].map((entry) => ({ entry, folded: refold(entry) }));
      for (const entry of touched) incidents.place(entry);
      settle();

      const alerts: Alert[] = [];
      const notices: Notice[] = [];
      const revocations: RevocationWish[] = [];
      const excepted = [...touched].flatMap(newlyExcepted);
      for (const { entry, folded } of folds) {
        touch(entry);
        alerts.push(entry.row);
        const notice = notify(entry);
        if (notice !== undefined) notices.push(notice);
        const wish = newWish(entry, folded);
        if (wish !== undefined) revocations.push(wish);
      }
      for (const entry of touched) owed.delete(entry);
      // Without a record there is no offset to write them under.
      if (touched.size === 0) return { alerts, incidents: [], notices, revocations, excepted };
      for (const entry of owed) {
        touch(entry);
        entry.version = Math.max(entry.version, version);
        entry.row = { ...entry.row, version: entry.version };
        alerts.push(entry.row);
      }
      owed.clear();
      const changes = incidents.advance(version);
      notices.push(...changes.notices);
      forget();
      return { alerts, incidents: changes.incidents, notices, revocations, excepted };
    },
    forgotten(findings) {
      if (!isForgetful) return [];
      const places = findings.filter(
        (finding) => !entries.has(alertId(finding)) || !chains.has(chainOf(finding)),
      );
      return places.map(({ tenant, subject, hop, above }) => ({ tenant, subject: subject.key, hop, above }));
    },
    recall(alerts) {
      const recalled = alerts.filter(({ id }) => !entries.has(id)).map(newEntry);
      for (const entry of recalled) {
        newlyExcepted(entry);
        entries.set(entry.row.id, entry);
        incidents.place(entry);
      }
      settle();
      incidents.suspect();
      for (const entry of recalled) touch(entry);
    },
    get size() {
      return entries.size;
    },
  };
}
