import type { AlertAction, AlertWithLife } from '../domain/alert.ts';
import type { AuditEntry, AuditHead, AuditLink, AuditStore } from '../domain/audit.ts';
import { walkAudit } from '../domain/audit-check.ts';
import type { Action, Chain, Hop } from '../domain/chain.ts';
import type { ChainEvent, EvidenceStore } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident.ts';
import {
  EVIDENCE_ACTIONS_MAX,
  EVIDENCE_AUDIT_MAX,
  EVIDENCE_CHAIN_CHARS_MAX,
  EVIDENCE_CHAIN_EVENTS_MAX,
  EVIDENCE_LINKS_MAX,
  EVIDENCE_RESPONSES_MAX,
  PAGE_ROWS_MAX,
} from '../domain/limits.ts';
import type { Page, QueryStore, ResponseStore } from '../domain/ports.ts';
import type { Plan, PlanDecision, Response } from '../domain/response.ts';

export type Sources = EvidenceStore &
  Pick<AuditStore, 'auditAbout' | 'auditLinks' | 'auditHeads'> &
  Pick<QueryStore, 'chain' | 'hops' | 'actions' | 'alerts' | 'alertActions' | 'incident' | 'incidents'> &
  Pick<ResponseStore, 'findPlans' | 'decisions'>;

/** A part that does not hold all there is. */
export interface Cut {
  readonly part: string;
  readonly kept: number;
  readonly why: string;
}

export interface Gathered {
  readonly chain: Chain;
  readonly hops: readonly Hop[];
  readonly actions: readonly Action[];
  readonly events: readonly ChainEvent[];
  readonly alerts: readonly AlertWithLife[];
  readonly people: readonly AlertAction[];
  readonly incidents: readonly Incident[];
  readonly responses: readonly Response[];
  readonly plans: readonly Plan[];
  readonly decisions: readonly PlanDecision[];
  readonly audit: AuditPart;
  readonly cut: readonly Cut[];
}

/** Entries about the chain, and by digests all that lies between them and the ends of their chains. */
export interface AuditPart {
  readonly entries: readonly AuditEntry[];
  readonly links: readonly AuditLink[];
  readonly heads: readonly Pick<AuditHead, 'writer' | 'seq' | 'hash'>[];
}

const DAY_MS = 86_400_000;
const anyAction = { tokenKey: undefined, actor: undefined, fromMs: undefined, toMs: undefined };
const anyAlert = { state: undefined, kind: undefined, detector: undefined, minSeverity: undefined };
const anyIncident = { state: undefined, detector: undefined, minSeverity: undefined };

/** Reads all that is stored of a chain, up to bounds that it tells of. */
export async function gather(store: Sources, tenant: string, id: string): Promise<Gathered | undefined> {
  const chain = await store.chain(tenant, id);
  if (chain === undefined) return undefined;
  const cuts: Cut[] = [];
  const upTo = <T>(part: string, max: number, list: readonly T[]): readonly T[] => {
    if (list.length <= max) return list;
    cuts.push({ part, kept: max, why: `there are more than ${max}` });
    return list.slice(0, max);
  };
  const of = { tenant, chainId: chain.id };
  const [hops, allActions, allAlerts, allResponses] = await Promise.all([
    store.hops(tenant, chain.id),
    pages(EVIDENCE_ACTIONS_MAX, (page) => store.actions({ ...of, ...anyAction, ...page })),
    pages(PAGE_ROWS_MAX, (page) => store.alerts({ ...of, ...anyAlert, ...page })),
    store.chainResponses(tenant, chain.id, EVIDENCE_RESPONSES_MAX + 1),
  ]);
  if (hops.length < chain.hopCount) {
    cuts.push({ part: 'hops', kept: hops.length, why: `the chain has ${chain.hopCount}` });
  }
  const actions = upTo('actions', EVIDENCE_ACTIONS_MAX, allActions);
  const alerts = upTo('alerts', PAGE_ROWS_MAX, allAlerts);
  const responses = upTo('responses', EVIDENCE_RESPONSES_MAX, allResponses);
  const people = await peopleOf(store, tenant, alerts);
  const incidents = await incidentsOf(store, chain, alerts);
  const concerned = [alerts, responses].flatMap((list) => list.map((one) => one.id));
  const entries = upTo(
    'audit',
    EVIDENCE_AUDIT_MAX,
    await store.auditAbout(tenant, {
      chainId: chain.id,
      ids: [...new Set([...concerned, ...responses.map(({ planId }) => planId)])].filter((one) => one !== ''),
      limit: EVIDENCE_AUDIT_MAX + 1,
    }),
  );
  const planIds = new Set([
    ...responses.map(({ planId }) => planId),
    ...entries.flatMap(({ kind, subjectId }) => (kind === 'plan.made' ? subjectId : [])),
  ]);
  planIds.delete('');
  const plans = await store.findPlans(tenant, [...planIds]);
  const decisions = (await Promise.all(plans.map((plan) => store.decisions(tenant, plan.id)))).flat();
  const audit = await auditPart(store, tenant, entries, cuts);
  const events = withinChars(await eventsOf(store, { chain, hops, actions, alerts }, upTo), alerts, cuts);
  return {
    chain,
    hops,
    actions,
    events,
    alerts,
    people,
    incidents,
    responses,
    plans,
    decisions,
    audit,
    cut: cuts,
  };
}

async function pages<T>(
  max: number,
  read: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await read({ limit: PAGE_ROWS_MAX, cursor });
    all.push(...items);
    if (next === undefined || all.length > max) return all;
    cursor = next;
  }
}

/** What people did with the alerts; those that nobody touched are not asked for. */
async function peopleOf(
  store: Sources,
  tenant: string,
  alerts: readonly AlertWithLife[],
): Promise<readonly AlertAction[]> {
  const touched = alerts.filter(
    ({ stateChangedMs, assignee }) => stateChangedMs !== undefined || assignee !== '',
  );
  return (await Promise.all(touched.map(({ id }) => store.alertActions(tenant, id)))).flat();
}

/** Incidents of the chain, and those elsewhere that its alerts are a part of. */
async function incidentsOf(
  store: Sources,
  { tenant, id }: Chain,
  alerts: readonly AlertWithLife[],
): Promise<readonly Incident[]> {
  const own = await store.incidents({
    tenant,
    chainId: id,
    ...anyIncident,
    limit: PAGE_ROWS_MAX,
    cursor: undefined,
  });
  const known = new Set(own.items.map((incident) => incident.id));
  const named = new Set(alerts.flatMap(({ incidentId }) => incidentId ?? []));
  const others = await Promise.all(
    [...named].filter((name) => !known.has(name)).map((name) => store.incident(tenant, name)),
  );
  return [...own.items, ...others.filter((one) => one !== undefined)];
}

async function auditPart(
  store: Sources,
  tenant: string,
  entries: readonly AuditEntry[],
  cuts: Cut[],
): Promise<AuditPart> {
  const links: AuditLink[] = [];
  const heads: AuditPart['heads'][number][] = [];
  const inOrder = entries.toSorted((a, b) =>
    a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : a.seq - b.seq,
  );
  for (const writer of new Set(inOrder.map((entry) => entry.writer))) {
    const own = inOrder.filter((entry) => entry.writer === writer);
    const [first] = own as [AuditEntry, ...AuditEntry[]];
    const start = { seq: first.seq - 1, hash: first.prevHash };
    const steps = await store.auditLinks(tenant, writer, start.seq, EVIDENCE_LINKS_MAX);
    const known = new Set(own.map(({ seq }) => seq));
    links.push(...steps.filter(({ seq }) => !known.has(seq)));
    const last = Math.max(own.at(-1)?.seq ?? 0, steps.at(-1)?.seq ?? 0);
    const end = (await store.auditHeads(tenant, writer))[0];
    if (steps.length === EVIDENCE_LINKS_MAX && end !== undefined && end.seq > last) {
      cuts.push({ part: 'audit', kept: last, why: `the chain of ${writer} goes on to ${end.seq}` });
    }
    const { hashes } = walkAudit(writer, stepsOf(writer, { entries: own, links }), start);
    heads.push({ writer, seq: last, hash: hashes.get(last) ?? '' });
  }
  return { entries: inOrder, links, heads };
}

/** What is known of the chain of one writer, in its order. */
export function stepsOf(writer: string, { entries, links }: Pick<AuditPart, 'entries' | 'links'>) {
  return [...entries, ...links].filter((step) => step.writer === writer).sort((a, b) => a.seq - b.seq);
}

async function eventsOf(
  store: Sources,
  { chain, hops, actions, alerts }: Pick<Gathered, 'chain' | 'hops' | 'actions' | 'alerts'>,
  upTo: <T>(part: string, max: number, list: readonly T[]) => readonly T[],
): Promise<readonly ChainEvent[]> {
  const tokens = hops.flatMap(({ key }) => (key.startsWith('tok:') ? key : []));
  const named = [...alerts, ...actions].flatMap(({ eventIds }) => eventIds);
  const events = await store.chainEvents({
    tenant: chain.tenant,
    fromMs: chain.startedMs - DAY_MS,
    toMs: chain.lastEventMs + DAY_MS,
    tokenKeys: [...new Set([...chain.tokenKeys, ...tokens])],
    txns: chain.txns,
    eventIds: [...new Set(named)],
    limit: EVIDENCE_CHAIN_EVENTS_MAX + 1,
  });
  return upTo('events', EVIDENCE_CHAIN_EVENTS_MAX, events);
}

/** What alerts rest on first, then the earliest; in the order of time. */
function withinChars(
  events: readonly ChainEvent[],
  alerts: readonly AlertWithLife[],
  cuts: Cut[],
): readonly ChainEvent[] {
  const named = new Set(alerts.flatMap(({ eventIds }) => eventIds));
  const kept = new Set<ChainEvent>();
  let chars = 0;
  const byWorth = events.toSorted((a, b) => Number(named.has(b.id)) - Number(named.has(a.id)));
  for (const event of byWorth) {
    chars += event.text.length;
    if (chars > EVIDENCE_CHAIN_CHARS_MAX) break;
    kept.add(event);
  }
  if (kept.size < events.length) {
    cuts.push({
      part: 'events',
      kept: kept.size,
      why: `their text is longer than ${EVIDENCE_CHAIN_CHARS_MAX}`,
    });
  }
  return events.filter((event) => kept.has(event));
}
