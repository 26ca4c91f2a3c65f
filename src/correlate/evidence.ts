import type { AdmittedEvent } from '../domain/event/index.ts';
import { RECALL_REQUEST_EVENTS_MAX } from '../domain/limits.ts';
import { ApprovalNode } from './approval-node.ts';
import { Call } from './call.ts';
import type { ChainCell } from './chain-cell.ts';
import { compareTimes, type Fact, insertFact, removeFact } from './fact.ts';
import { type EvidenceData, isEvidenceData } from './kinds.ts';
import { approvalName, triggerName } from './names.ts';
import type { Place } from './place.ts';
import type { Touched } from './touched.ts';

/** What is said under one id, and who names it. */
interface File {
  readonly name: string;
  readonly facts: Fact<EvidenceData>[];
  readonly users: Set<Call | Place>;
  readonly approval: ApprovalNode | undefined;
}

/**
 * Approvals by their id and ends of requests by their trigger, whether or not they name a transaction. Whoever
 * names one is judged again when more is said of it.
 */
export class Evidence {
  readonly #files = new Map<string, File>();
  /** Files about which something changed since they were last taken. */
  readonly #changed = new Set<File>();
  /** Who named one until now: their chains are judged without it. */
  readonly #left = new Set<Call | Place>();

  apply(fact: Fact<EvidenceData>, adding: boolean): void {
    const file = this.#file(nameOf(fact.data));
    if (adding) insertFact(file.facts, fact, compareTimes);
    else removeFact(file.facts, fact.event);
    this.#note(file);
  }

  /** A call names an approval, or a request its trigger; or no longer does. */
  use(name: string, user: Call | Place, adding: boolean): void {
    const file = this.#file(name);
    if (adding) file.users.add(user);
    else if (file.users.delete(user)) this.#left.add(user);
    this.#note(file);
  }

  /** It leaves memory: what was judged of the others stands. */
  leave(name: string, user: Call | Place): void {
    const file = this.#files.get(name);
    if (file === undefined) return;
    file.users.delete(user);
    file.approval?.forgetViews();
    this.#dropIfEmpty(file);
  }

  #file(name: string): File {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const facts: Fact<EvidenceData>[] = [];
    const users = new Set<Call | Place>();
    const approval = name.startsWith('apr:') ? new ApprovalNode(name.slice(4), facts, users) : undefined;
    const file = { name, facts, users, approval };
    this.#files.set(name, file);
    return file;
  }

  #note(file: File): void {
    file.approval?.forgetViews();
    this.#dropIfEmpty(file);
    this.#changed.add(file);
  }

  #dropIfEmpty(file: File): void {
    if (file.facts.length === 0 && file.users.size === 0) this.#files.delete(file.name);
  }

  approval(id: string | undefined): ApprovalNode | undefined {
    return id === undefined ? undefined : this.#files.get(approvalName(id))?.approval;
  }

  endsOf(triggerId: string): readonly Fact<EvidenceData>[] {
    return this.#files.get(triggerName(triggerId))?.facts ?? [];
  }

  /** Marks everybody who names what changed since the last call, or did until then. */
  touch(touched: Touched, cells: ReadonlySet<ChainCell>): void {
    for (const { users } of this.#changed) {
      for (const user of users) {
        if (user instanceof Call) touched.calls.add(user);
        touchChain(user, touched);
      }
    }
    for (const user of this.#left) {
      const cell = chainOf(user);
      // Who is gone altogether may have taken its chain along.
      if (cell !== undefined && cells.has(cell)) touchChain(user, touched);
    }
    this.#changed.clear();
    this.#left.clear();
  }

  /** So many name it that it ties nothing together. */
  isParted(name: string): boolean {
    return (this.#files.get(name)?.users.size ?? 0) >= RECALL_REQUEST_EVENTS_MAX;
  }

  /** Events that are here because of this name alone: they leave with whoever names it. */
  *loose(name: string): Iterable<AdmittedEvent> {
    for (const { event, data } of this.#files.get(name)?.facts ?? []) if (data.txn === undefined) yield event;
  }

  isUsed(event: AdmittedEvent): boolean {
    return isEvidenceData(event.data) && (this.#files.get(nameOf(event.data))?.users.size ?? 0) > 0;
  }

  /** When something was last said under the event's id: all of it is here, or nothing. */
  lastMs({ data, timeMs }: AdmittedEvent): number {
    const facts = isEvidenceData(data) ? this.#files.get(nameOf(data))?.facts : undefined;
    return Math.max(timeMs, facts?.at(-1)?.event.timeMs ?? timeMs);
  }

  /** The event leaves memory: nothing that stays names it. */
  release(event: AdmittedEvent): void {
    const file = isEvidenceData(event.data) ? this.#files.get(nameOf(event.data)) : undefined;
    if (file === undefined || !removeFact(file.facts, event)) return;
    file.approval?.forgetViews();
    this.#dropIfEmpty(file);
  }
}

function chainOf(user: Call | Place): ChainCell | undefined {
  return user instanceof Call ? user.home?.chain : user.chain;
}

function touchChain(user: Call | Place, touched: Touched): void {
  const cell = chainOf(user);
  if (cell === undefined) return;
  touched.cells.add(cell);
  // What was agreed to says what a token may hold.
  for (const { token } of cell.members) if (token !== undefined) touched.tokens.add(token);
}

/** Under which more is said of what describes a request: its trigger, its approvals. */
export function evidenceNamesOf(facts: readonly Fact[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { data } of facts) {
    if ('triggerId' in data) names.add(triggerName(data.triggerId));
    if (data.approvalId !== undefined) names.add(approvalName(data.approvalId));
  }
  return names;
}

function nameOf(data: EvidenceData): string {
  return data.type === 'request.closed' ? triggerName(data.triggerId) : approvalName(data.approvalId);
}
