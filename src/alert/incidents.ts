import { type Severity, severityRank } from '../domain/finding.ts';
import { type Incident, incidentId } from '../domain/incident.ts';
import type { IncidentNotice } from '../domain/notice.ts';
import { type Causes, createCauses } from './causes.ts';
import type { Entry } from './entry.ts';
import { pages } from './fold.ts';
import { foldIncident } from './incident-fold.ts';

/** Steps from an alert to the one that it carries on as. */
const SUCCESSORS_MAX = 8;

/** What is known of one subject as a cause. */
interface Cell {
  readonly tenant: string;
  /** Key of the subject. */
  readonly cause: string;
  /** Whatever has its cause here, or none and is about the subject: signals and what has ended included. */
  readonly members: Set<Entry>;
  /** Whatever is about the subject itself. */
  readonly own: Set<Entry>;
  epoch: number;
  /** The severity people were last told of; undefined while it is not open. */
  raisedAs: Severity | undefined;
  /** How it was last seen to have ended. */
  ended: string | undefined;
  /** It was open, so that people may have been told. */
  wasOpen: boolean;
}

interface Tenant {
  readonly causes: Causes<Entry>;
  readonly cells: Map<string, Cell>;
}

/** Where an alert was when it was settled last. */
interface Home {
  readonly own: Cell;
  readonly cause: Cell | undefined;
}

interface IncidentChanges {
  readonly incidents: readonly Incident[];
  readonly notices: readonly IncidentNotice[];
}

interface IncidentParts {
  readonly entryOf: (id: string) => Entry | undefined;
}

/** The incidents that the alerts of a book are. */
interface Incidents {
  /** Notes where an alert stands; `settle` says what follows from it. */
  place(entry: Entry): void;
  /** Gives every alert its cause; returns those that have another one now. */
  settle(): ReadonlySet<Entry>;
  /** What was settled may have been told, or not: that is for the outbox to know. */
  suspect(): void;
  /** What people are to know of what was settled; the offset is that of the records that changed it. */
  advance(version: number): IncidentChanges;
  forget(entries: Iterable<Entry>): void;
}

export function createIncidents(parts: IncidentParts): Incidents {
  const tenants = new Map<string, Tenant>();
  const homes = new Map<Entry, Home>();
  const unsettled = new Set<Entry>();
  const changed = new Set<Cell>();

  function tenantOf({ row }: Entry): Tenant {
    let tenant = tenants.get(row.tenant);
    if (tenant === undefined) {
      tenant = { causes: createCauses(), cells: new Map() };
      tenants.set(row.tenant, tenant);
    }
    return tenant;
  }

  function cellOf(entry: Entry, cause: string): Cell {
    const { cells } = tenantOf(entry);
    let cell = cells.get(cause);
    if (cell === undefined) {
      const life = { epoch: 0, raisedAs: undefined, ended: undefined, wasOpen: false };
      cell = { tenant: entry.row.tenant, cause, members: new Set(), own: new Set(), ...life };
      cells.set(cause, cell);
    }
    return cell;
  }

  function causeOf(entry: Entry): string | undefined {
    const { row } = entry;
    return row.withdrawn || row.mergedInto !== undefined ? undefined : tenantOf(entry).causes.of(row);
  }

  /** Puts an alert to those it has its cause in common with; true when that is another one than before. */
  function settleOne(entry: Entry): boolean {
    const cause = causeOf(entry);
    const before = homes.get(entry);
    const own = before?.own ?? cellOf(entry, entry.row.subject.key);
    const home: Home = { own, cause: cause === undefined ? undefined : cellOf(entry, cause) };
    homes.set(entry, home);
    own.own.add(entry);
    for (const cell of [before?.cause, home.own, home.cause]) if (cell !== undefined) changed.add(cell);
    if (before !== undefined && before.cause === home.cause) return false;
    if (before !== undefined) membersOf(before).delete(entry);
    membersOf(home).add(entry);
    const id = cause === undefined ? undefined : incidentId(entry.row.tenant, cause);
    if (entry.row.incidentId === id) return false;
    entry.row = { ...entry.row, incidentId: id };
    return true;
  }

  /** The cause of what an alert carries on as; undefined when nothing of it stands. */
  function carriesOn(entry: Entry): string | undefined {
    let now: Entry | undefined = entry;
    for (let step = 0; now?.row.mergedInto !== undefined && step < SUCCESSORS_MAX; step += 1)
      now = parts.entryOf(now.row.mergedInto);
    return now !== undefined && pages(now.row) ? causeOf(now) : undefined;
  }

  /** The incident as it is now; undefined for a subject that has never been the cause of one, as far as is known. */
  function read({ tenant, cause, members, own, wasOpen }: Cell, version: number): Incident | undefined {
    const open = [...members].map(({ row }) => row).filter(pages);
    if (open.length > 0) {
      const causes = open.filter((row) => row.subject.key === cause);
      const consequences = open.filter((row) => row.subject.key !== cause);
      return foldIncident({ cause, causes, consequences, end: undefined, version });
    }
    const over = [...own].filter((entry) => wasOpen || isOver(entry));
    if (over.length === 0) return undefined;
    const [next] = over.flatMap((entry) => carriesOn(entry) ?? []).sort();
    const mergedInto = next === undefined ? undefined : incidentId(tenant, next);
    const causes = over.map(({ row }) => row);
    return foldIncident({ cause, causes, consequences: [], end: { mergedInto }, version });
  }

  /** Advances a life; undefined when nothing of it is news. */
  function step(cell: Cell, incident: Incident): IncidentNotice | 'changed' | undefined {
    cell.wasOpen = incident.state === 'open';
    if (incident.state !== 'open') {
      const how = incident.mergedInto ?? 'withdrawn';
      if (cell.raisedAs === undefined && cell.ended === how) return undefined;
      // Never raised, as far as is remembered: who was told is for the outbox to know.
      const isNews = cell.raisedAs !== undefined || cell.ended === undefined;
      cell.raisedAs = undefined;
      cell.ended = how;
      if (!isNews) return 'changed';
      return { type: `incident.${incident.state}`, epoch: Math.max(1, cell.epoch), about: incident };
    }
    const before = cell.raisedAs;
    cell.ended = undefined;
    if (before !== undefined && severityRank(incident.severity) <= severityRank(before)) return 'changed';
    cell.raisedAs = incident.severity;
    if (before !== undefined) return { type: 'incident.escalated', epoch: cell.epoch, about: incident };
    cell.epoch += 1;
    return { type: 'incident.raised', epoch: cell.epoch, about: incident };
  }

  return {
    place(entry) {
      const { hop, above, subject } = entry.row;
      const name = pages(entry.row) ? subject.key : undefined;
      unsettled.add(entry);
      for (const affected of tenantOf(entry).causes.place(entry, { hop, above, name }))
        unsettled.add(affected);
    },
    settle() {
      const settled = new Set<Entry>();
      for (const entry of unsettled) if (settleOne(entry)) settled.add(entry);
      unsettled.clear();
      return settled;
    },
    suspect() {
      for (const cell of changed) cell.wasOpen ||= [...cell.members].some(({ row }) => pages(row));
    },
    advance(version) {
      const incidents: Incident[] = [];
      const notices: IncidentNotice[] = [];
      for (const cell of changed) {
        const incident = read(cell, version);
        const said = incident === undefined ? undefined : step(cell, incident);
        if (incident === undefined || said === undefined) continue;
        incidents.push(incident);
        if (said !== 'changed') notices.push(said);
      }
      changed.clear();
      return { incidents, notices };
    },
    forget(entries) {
      for (const entry of entries) {
        const { causes, cells } = tenantOf(entry);
        // Who had this cause is of the same chain, and forgotten with it.
        causes.place(entry, undefined);
        unsettled.delete(entry);
        const home = homes.get(entry);
        homes.delete(entry);
        if (home === undefined) continue;
        home.own.own.delete(entry);
        membersOf(home).delete(entry);
        for (const cell of [home.own, home.cause]) {
          if (cell === undefined || cell.members.size > 0 || cell.own.size > 0) continue;
          cells.delete(cell.cause);
          changed.delete(cell);
        }
      }
    },
  };
}

function membersOf({ own, cause }: Home): Set<Entry> {
  return (cause ?? own).members;
}

/** Something of it was told, or could have been. */
function isOver({ row }: Entry): boolean {
  return row.kind === 'alert' && (pages(row) || row.withdrawn || row.mergedInto !== undefined);
}
