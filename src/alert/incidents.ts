import type { Alert } from '../domain/alert.ts';
import { type Severity, severityRank } from '../domain/finding.ts';
import { type Incident, incidentId } from '../domain/incident.ts';
import type { IncidentNotice } from '../domain/notice.ts';
import { type Causes, createCauses } from './causes.ts';
import type { Entry } from './entry.ts';
import { pages } from './fold.ts';
import { foldIncident } from './incident-fold.ts';

/** Steps from an alert to the one that it carries on as. */
const SUCCESSORS_MAX = 8;

/** What is known of one hop that something pages at, or paged at. */
interface Cell {
  readonly tenant: string;
  readonly hop: string;
  /** Whatever has its cause here, signals and provisional alerts included. */
  readonly members: Set<Entry>;
  epoch: number;
  /** The severity people were last told of; undefined while it is not open. */
  raisedAs: Severity | undefined;
  /** How it was last seen to have ended. */
  ended: string | undefined;
  /** Alerts that stood here when it was open. */
  former: readonly Entry[];
}

/** Where an alert was when it was settled last. */
interface Home {
  readonly at: Cell | undefined;
  readonly cause: Cell | undefined;
}

interface Tenant {
  readonly causes: Causes<Entry>;
  readonly cells: Map<string, Cell>;
}

export interface IncidentChanges {
  readonly incidents: readonly Incident[];
  readonly notices: readonly IncidentNotice[];
}

export interface IncidentParts {
  readonly entryOf: (id: string) => Entry | undefined;
  /** The last entry of a group went to another one. */
  readonly onEmpty: (group: Set<Entry>) => void;
}

/** The incidents that the alerts of a book are. */
export interface Incidents {
  /** Notes where an alert stands; `settle` says what follows from it. */
  place(entry: Entry): void;
  /** Gives every alert its cause; returns those that have another one now. */
  settle(): ReadonlySet<Entry>;
  /** What people are to know of what was settled; the offset is that of the records that changed it. */
  advance(version: number): IncidentChanges;
  /** Takes what was settled for known: it was told before. What that changes in what is known is told later. */
  resume(): void;
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

  function cellAt({ cells }: Tenant, tenant: string, hop: string): Cell {
    let cell = cells.get(hop);
    if (cell === undefined) {
      const life = { epoch: 0, raisedAs: undefined, ended: undefined, former: [] };
      cell = { tenant, hop, members: new Set(), ...life };
      cells.set(hop, cell);
    }
    return cell;
  }

  function causeOf(entry: Entry): string | undefined {
    const { hop, above, withdrawn, mergedInto } = entry.row;
    if (withdrawn || mergedInto !== undefined) return undefined;
    return tenantOf(entry).causes.causeOf({ hop, above, pages: false });
  }

  /** Puts an alert to those it has its cause in common with; true when that is another one than before. */
  function settleOne(entry: Entry): boolean {
    const { row } = entry;
    const tenant = tenantOf(entry);
    const cause = causeOf(entry);
    const before = homes.get(entry);
    const home: Home = {
      at: row.kind === 'alert' ? cellAt(tenant, row.tenant, row.hop) : undefined,
      cause: cause === undefined ? undefined : cellAt(tenant, row.tenant, cause),
    };
    homes.set(entry, home);
    for (const cell of [before?.at, before?.cause, home.at, home.cause])
      if (cell !== undefined) changed.add(cell);
    if (before !== undefined && before.cause === home.cause) return false;
    entry.group.delete(entry);
    if (entry.group.size === 0) parts.onEmpty(entry.group);
    entry.group = home.cause?.members ?? new Set();
    entry.group.add(entry);
    const id = cause === undefined ? undefined : incidentId(row.tenant, cause);
    if (row.incidentId === id) return false;
    entry.row = { ...row, incidentId: id };
    return true;
  }

  /** The hop of the incident that carries on what an alert was a part of; undefined when nothing does. */
  function carriesOnAt(entry: Entry): string | undefined {
    let now: Entry | undefined = entry;
    for (let step = 0; now?.row.mergedInto !== undefined && step < SUCCESSORS_MAX; step += 1)
      now = parts.entryOf(now.row.mergedInto);
    return now !== undefined && pages(now.row) ? causeOf(now) : undefined;
  }

  function isOver({ row }: Entry): boolean {
    return row.kind === 'alert' && (pages(row) || row.withdrawn || row.mergedInto !== undefined);
  }

  /** The incident as it is now; undefined for a hop that has not been one, as far as is known. */
  function read(cell: Cell, version: number): Incident | undefined {
    const { tenant, hop } = cell;
    const members = [...cell.members].map(({ row }) => row).filter(pages);
    if (members.length > 0) {
      const here = members.filter((row) => row.hop === hop);
      const [causes, consequences]: Alert[][] =
        here.length === 0 ? [members, []] : [here, members.filter((row) => row.hop !== hop)];
      return foldIncident({
        hop,
        causes: causes ?? [],
        consequences: consequences ?? [],
        end: undefined,
        version,
      });
    }
    const own = [...(tenants.get(tenant)?.causes.at(hop) ?? [])].filter(isOver);
    const over = [...new Set([...own, ...cell.former])];
    if (over.length === 0) return undefined;
    const [next] = over
      .flatMap((entry) => carriesOnAt(entry) ?? [])
      .filter((at) => at !== hop)
      .sort();
    const mergedInto = next === undefined ? undefined : incidentId(tenant, next);
    const causes = over.map(({ row }) => row);
    return foldIncident({ hop, causes, consequences: [], end: { mergedInto }, version });
  }

  /** Advances a life; undefined when nothing of it is news. */
  function step(cell: Cell, incident: Incident): IncidentNotice | 'changed' | undefined {
    if (incident.state !== 'open') {
      const how = incident.mergedInto ?? 'withdrawn';
      cell.former = [];
      if (cell.raisedAs === undefined && cell.ended === how) return undefined;
      const isNews = cell.raisedAs !== undefined || cell.ended === undefined;
      cell.raisedAs = undefined;
      cell.ended = how;
      if (!isNews) return 'changed';
      return { type: `incident.${incident.state}`, epoch: Math.max(1, cell.epoch), about: incident };
    }
    const before = cell.raisedAs;
    cell.ended = undefined;
    cell.former = [...(tenants.get(cell.tenant)?.causes.at(cell.hop) ?? [])].filter(({ row }) => pages(row));
    if (before !== undefined && severityRank(incident.severity) <= severityRank(before)) return 'changed';
    cell.raisedAs = incident.severity;
    if (before !== undefined) return { type: 'incident.escalated', epoch: cell.epoch, about: incident };
    cell.epoch += 1;
    return { type: 'incident.raised', epoch: cell.epoch, about: incident };
  }

  return {
    place(entry) {
      const { hop, above } = entry.row;
      unsettled.add(entry);
      const standing = { hop, above, pages: pages(entry.row) };
      for (const affected of tenantOf(entry).causes.place(entry, standing)) unsettled.add(affected);
    },
    settle() {
      const settled = new Set<Entry>();
      for (const entry of unsettled) if (settleOne(entry)) settled.add(entry);
      unsettled.clear();
      return settled;
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
    resume() {
      for (const cell of changed) {
        const isKnown = cell.epoch > 0 || cell.ended !== undefined;
        const incident = isKnown ? undefined : read(cell, 0);
        if (incident !== undefined) step(cell, incident);
        if (!isKnown) changed.delete(cell);
      }
    },
    forget(entries) {
      for (const entry of entries) {
        const { causes, cells } = tenantOf(entry);
        causes.place(entry, undefined);
        unsettled.delete(entry);
        const home = homes.get(entry);
        homes.delete(entry);
        home?.cause?.members.delete(entry);
        for (const cell of [home?.at, home?.cause]) {
          if (cell === undefined || cell.members.size > 0 || causes.at(cell.hop).size > 0) continue;
          cells.delete(cell.hop);
          changed.delete(cell);
        }
      }
    },
  };
}
