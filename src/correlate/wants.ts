import type { AdmittedEvent } from '../domain/event/index.ts';
import {
  RECALL_CLOSED_EVENTS_MAX,
  RECALL_DESCRIBING_EVENTS_MAX,
  RECALL_EVENTS_MAX,
  RECALL_REQUEST_EVENTS_MAX,
  RECALL_SAMPLE_EVENTS,
  RECALL_USING_EVENTS_MAX,
} from '../domain/limits.ts';
import type { FilingRole, Lookup } from '../domain/recall.ts';
import { actorsIn } from './actors.ts';
import { type FiledName, isChosenName, kindOfName, sessionIn, subjectName } from './names.ts';
import type { Residency } from './residency.ts';

/** What the graph says of a credential by one of its names. */
export interface Credentials {
  /** It is an ancestor: chains rest on it, and need not be here because it is. */
  isAncestor(name: string): boolean;
  /** Further names of it, as far as anything in memory gave it one. */
  aliases(name: string): readonly string[];
  isKnownAs(name: string, alias: string): boolean;
  /** Further names of a subject that issuers linked with it, as far as that is in memory. */
  linkedNames(name: string): readonly string[];
  /** Further names under which the days of a credential's direct use may be filed. */
  sessionNames(event: AdmittedEvent): readonly string[];
}

/**
 * Follows names from the events of a batch to everything that has to be in memory before they may be applied.
 * Answers name further names, so it takes a few rounds; what was asked once is complete for the rest of the batch.
 */
export class Wants {
  readonly #tenant: string;
  readonly #residency: Residency;
  readonly #credentials: Credentials;
  /** By role and name: asked, or about to be. */
  readonly #asked = new Set<string>();
  #open: Lookup[] = [];
  /**
   * Credentials whose description was asked for: whether their uses are needed is known when it is here, and may
   * change with every further answer.
   */
  #describing: string[] = [];
  #described: string[] = [];
  /** Credentials of which the batch itself says something. */
  readonly #revised = new Set<string>();
  /** Credentials of whose uses some were asked for, to see whether they serve several transactions. */
  readonly #sampled = new Set<string>();
  #truncated: string[] = [];
  #sessional: AdmittedEvent[] = [];
  /** Sessions that are looked for by name. */
  #sessions: string[] = [];
  #recalled = 0;
  /** Phases that were cut short by a bound. */
  cut = 0;

  constructor(tenant: string, residency: Residency, credentials: Credentials) {
    this.#tenant = tenant;
    this.#residency = residency;
    this.#credentials = credentials;
  }

  begin(): void {
    this.#asked.clear();
    this.#revised.clear();
    this.#sampled.clear();
    this.#truncated = [];
    this.#open = [];
    this.#describing = [];
    this.#described = [];
    this.#sessional = [];
    this.#sessions = [];
    this.#recalled = 0;
  }

  /** Looks at an event that is about to be applied. */
  expect(event: AdmittedEvent): void {
    const isNews = !saysLittle(event);
    for (const filed of this.#residency.namesOf(event)) {
      this.#need(filed, isNews);
      // A name that is new to a credential may join it with another one, or part the two.
      if (filed.alias === undefined || this.#credentials.isKnownAs(filed.name, filed.alias)) continue;
      for (const name of [filed.name, ...this.#credentials.aliases(filed.name)]) this.revise(name);
    }
    this.#needActor(event);
    this.#sessional.push(event);
  }

  /** What became of whoever acts: calls are not filed under their actors, or a busy one would be filed for ever. */
  #needActor({ data }: AdmittedEvent): void {
    const act = 'act' in data ? data.act : 'presented' in data ? data.presented?.act : undefined;
    const actors = actorsIn(act);
    if ('actor' in data && data.actor !== undefined) actors.push(data.actor);
    for (const actor of actors) this.#need({ name: subjectName(actor), role: 'uses' }, false);
  }

  /** What a credential is may change with the batch: everything that uses it has to be here. */
  revise(name: string): void {
    if (this.#revised.has(name)) return;
    this.#revised.add(name);
    this.#need({ name, role: 'describes' }, true);
  }

  isRevised(name: string): boolean {
    return this.#revised.has(name);
  }

  /** Looks at an event that was recalled, before it is taken in. */
  follow(event: AdmittedEvent): void {
    this.#recalled += 1;
    this.derive(event);
    for (const filed of this.#residency.namesOf(event)) this.#need(filed, false);
    this.#needActor(event);
    this.#sessional.push(event);
  }

  /**
   * What is new of a credential, a family or a subject is new of everything derived from it; also where what derives
   * it has never left, as that of a credential on which chains rest that have.
   */
  derive(event: AdmittedEvent): void {
    const names = this.#residency.namesOf(event);
    if (!names.some(({ name }) => this.#revised.has(name))) return;
    for (const { name, role } of names)
      if (role === 'describes' && kindOfName(name) !== 'closed') this.revise(name);
  }

  /** Looks at an event that the batch may take back: whatever was said of it has to be said again. */
  doubt(event: AdmittedEvent): void {
    this.expect(event);
    for (const { name } of this.#residency.namesOf(event)) {
      if (kindOfName(name) !== 'token') continue;
      this.#ask(name, 'uses', RECALL_USING_EVENTS_MAX);
    }
  }

  /** The store had more than was asked for. */
  truncate(name: string, role: FilingRole): void {
    if (role === 'uses' && this.#sampled.delete(name)) this.#truncated.push(name);
  }

  /** Looks for what a name stands for. */
  find(name: string): void {
    this.#need({ name, role: 'uses' }, false);
    // A day of an ancestor's use goes by the credential's own key; its events may know that by another name.
    const session = sessionIn(name);
    if (session === undefined) return;
    this.#need({ name: session.token, role: 'uses' }, false);
    this.#sessions.push(name);
  }

  #need({ name, role }: FiledName, live: boolean): void {
    const kind = kindOfName(name);
    if (kind === 'open') {
      if (!this.#residency.isCovered(name)) {
        this.#ask(name, 'describes', RECALL_DESCRIBING_EVENTS_MAX);
        this.#residency.cover(name);
      }
      if (live && role === 'describes') {
        this.#revised.add(name);
        this.#ask(name, 'uses', RECALL_USING_EVENTS_MAX);
        for (const other of this.#credentials.linkedNames(name)) this.revise(other);
      }
      return;
    }
    if (kind === 'closed') {
      // A few tell whether it joins anything: one that every call repeats joins nothing.
      const max = isChosenName(name) ? RECALL_REQUEST_EVENTS_MAX : RECALL_CLOSED_EVENTS_MAX;
      if (!this.#residency.has(name)) this.#ask(name, 'describes', max);
      return;
    }
    const isRevised = live && role === 'describes';
    if (isRevised) this.#revised.add(name);
    if (!this.#residency.has(name)) {
      if (this.#ask(name, 'describes', RECALL_DESCRIBING_EVENTS_MAX)) this.#describing.push(name);
    } else if (isRevised && this.#credentials.isAncestor(name)) {
      this.#ask(name, 'uses', RECALL_USING_EVENTS_MAX);
    }
  }

  /** All that uses a credential belongs to its chain; what rests on an ancestor does so only when that changes. */
  #needUses(name: string): void {
    if (this.#revised.has(name)) this.#ask(name, 'uses', RECALL_USING_EVENTS_MAX);
    else if (!this.#credentials.isAncestor(name) && this.#ask(name, 'uses', RECALL_SAMPLE_EVENTS)) {
      this.#sampled.add(name);
    }
  }

  #ask(name: string, role: FilingRole, max: number): boolean {
    const key = `${role} ${name}`;
    if (this.#asked.has(key)) return false;
    this.#asked.add(key);
    this.#askAgain(name, role, max);
    return true;
  }

  #askAgain(name: string, role: FilingRole, max: number): void {
    this.#open.push({ tenant: this.#tenant, name, role, max });
  }

  /** The next round of questions; empty when everything is here. */
  take(): readonly Lookup[] {
    if (this.#recalled > RECALL_EVENTS_MAX) {
      this.cut += 1;
      return [];
    }
    for (const name of this.#described) this.#needUses(name);
    for (const name of this.#truncated.splice(0)) {
      if (!this.#credentials.isAncestor(name)) this.#askAgain(name, 'uses', RECALL_CLOSED_EVENTS_MAX);
    }
    for (const event of this.#sessional) {
      for (const name of this.#credentials.sessionNames(event))
        this.#need({ name, role: 'describes' }, false);
    }
    for (const name of this.#sessions) {
      const session = sessionIn(name);
      for (const alias of this.#credentials.aliases(session?.token ?? ''))
        if (session !== undefined) this.#need({ name: session.as(alias), role: 'describes' }, false);
    }
    this.#described.push(...this.#describing);
    this.#describing = [];
    const lookups = this.#open;
    this.#open = [];
    return lookups;
  }
}

/**
 * People sign out all day long: what that may mean for chains that have left is not worth bringing back everything that
 * was ever done in their name. Being offboarded is.
 */
function saysLittle({ data }: AdmittedEvent): boolean {
  return data.type === 'identity.changed' && ['session-ended', 'risk'].includes(data.change);
}
