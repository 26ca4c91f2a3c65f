import type { Action, ActionView, Details } from '../domain/chain.ts';
import { effectOf } from '../domain/effect.ts';
import type { AdmittedEvent, Effect, Presented, Principal, TokenRef } from '../domain/event/index.ts';
import { EVIDENCE_EVENTS_MAX } from '../domain/limits.ts';
import type { Policy } from '../domain/policy.ts';
import { targetKey } from '../domain/target.ts';
import type { ApprovalNode } from './approval-node.ts';
import { kindOf } from './call-names.ts';
import { compareStrings, compareTimes, type Fact, insertFact, removeFact } from './fact.ts';
import type { CallData } from './kinds.ts';
import { callIdKey } from './parent-calls.ts';
import type { Place } from './place.ts';
import { refOfKey } from './refs.ts';
import type { TokenNode } from './token-node.ts';

export interface CallCounts {
  readonly target: string | undefined;
  readonly tool: string | undefined;
  readonly needs: string | undefined;
  readonly platform: boolean;
  readonly impact: boolean;
}

/** One tool call, API call or system change, folded from every event that reports it. */
export class Call implements ActionView {
  readonly id: string;
  readonly kind: ActionView['kind'];
  readonly facts: Fact<CallData>[] = [];
  token: TokenNode | undefined;
  /** Tokens that others who tell of it name. */
  otherTokens: readonly TokenNode[] = [];
  /** The approval that it names, once anything is known of it. */
  approval: ApprovalNode | undefined;
  home: Place | undefined;
  /** What it contributed to its chain's counts, so that the same is taken back when it moves or changes. */
  counted: CallCounts | undefined;
  /** The transaction it told its token. */
  toldTxn: string | undefined;
  version = 0;

  constructor(id: string, data: CallData) {
    this.id = id;
    this.kind = kindOf(data);
  }

  add(fact: Fact<CallData>): void {
    insertFact(this.facts, fact, compareTimes);
  }

  /** Returns true when nothing is left of it. */
  remove(event: AdmittedEvent): boolean {
    removeFact(this.facts, event);
    return this.facts.length === 0;
  }

  #first<T>(read: (data: CallData) => T | undefined): T | undefined {
    for (const fact of this.facts) {
      const value = read(fact.data);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  get atMs(): number {
    return this.facts[0]?.event.timeMs ?? 0;
  }

  get actor(): Principal | undefined {
    return this.#first((data) => data.actor);
  }

  get tokenRef(): TokenRef | undefined {
    return this.#first((data) => data.token);
  }

  /** Every reference by which its token is named; several observers may mean one token, or disagree. */
  get tokenRefs(): readonly TokenRef[] {
    return this.facts.flatMap(({ data }) => data.token ?? []);
  }

  get txn(): string | undefined {
    return this.#first((data) => data.txn);
  }

  get parentCallId(): string | undefined {
    return this.#first((data) => ('parentCallId' in data ? data.parentCallId : undefined));
  }

  get callId(): string | undefined {
    return this.#first((data) => ('callId' in data ? data.callId : undefined));
  }

  /** The parent call that it names, as its publisher knows it. */
  get parentKey(): string | undefined {
    for (const { event, data } of this.facts) {
      if ('parentCallId' in data && data.parentCallId !== undefined)
        return callIdKey(event.source, data.parentCallId);
    }
    return undefined;
  }

  /** The call ids that it answers to: each source that tells of it may have its own. */
  get callKeys(): readonly string[] {
    const keys = new Set<string>();
    for (const { event, data } of this.facts) {
      if ('callId' in data && data.callId !== undefined) keys.add(callIdKey(event.source, data.callId));
    }
    return [...keys];
  }

  get tool(): ActionView['tool'] {
    return this.#first((data) => ('tool' in data ? data.tool : undefined));
  }

  get target(): ActionView['target'] {
    return this.#first((data) => data.target);
  }

  get presented(): Presented | undefined {
    let all: Presented | undefined;
    for (const { data } of this.facts) {
      if ('presented' in data && data.presented !== undefined) all = { ...data.presented, ...all };
    }
    return all;
  }

  get endedMs(): number | undefined {
    const ends = this.facts.filter(({ data }) => data.type === 'tool.completed');
    return ends.at(-1)?.event.timeMs;
  }

  get sender(): ActionView['sender'] {
    return this.#first((data) => ('sender' in data ? data.sender : undefined));
  }

  get argsHash(): string | undefined {
    return this.#first((data) => ('argsHash' in data ? data.argsHash : undefined));
  }

  get details(): Details {
    let all: Details | undefined;
    for (const { data } of this.facts) if (data.facts !== undefined) all = { ...data.facts, ...all };
    return all ?? noDetails;
  }

  get task(): string | undefined {
    return this.#first((data) => data.task?.id);
  }

  get approvalId(): string | undefined {
    return this.#first((data) => data.approvalId);
  }

  get httpRequestIds(): readonly string[] {
    return [...new Set(this.facts.flatMap(({ data }) => data.httpRequestId ?? []))].sort(compareStrings);
  }

  get effect(): Effect {
    return (
      this.#first((data) => ('effect' in data && data.effect !== 'unknown' ? data.effect : undefined)) ??
      'unknown'
    );
  }

  /** The effect where nobody stated one: by policy, else by its name. */
  effectUnder(policy: Policy): Effect {
    return effectOf(this.effect, this.needs, this.action, policy);
  }

  get action(): string {
    const data = this.facts[0]?.data;
    if (data === undefined) return '';
    if ('tool' in data) return data.tool.name;
    return 'action' in data ? data.action : 'change';
  }

  get needs(): string | undefined {
    if (this.kind === 'change') return undefined;
    if (this.kind === 'tool') return `tool:${this.action}`;
    return `${this.target?.system ?? ''}:${this.action}`;
  }

  get outcome(): ActionView['outcome'] {
    let outcome: ActionView['outcome'] = 'unknown';
    for (const { data } of this.facts) {
      const said = outcomeOf(data);
      if (said === 'denied') return 'denied';
      if (said === 'failed' || outcome === 'unknown') outcome = said === 'unknown' ? outcome : said;
    }
    return outcome;
  }

  get platform(): boolean {
    return this.facts.some((fact) => fact.data.facts?.['platform'] === true);
  }

  get eventIds(): readonly string[] {
    const ids = [...new Set(this.facts.map((fact) => fact.event.id))].sort(compareStrings);
    return ids.slice(0, EVIDENCE_EVENTS_MAX);
  }

  /** What it contributes to its chain's counts as it stands. */
  get counts(): CallCounts {
    return {
      target: this.targetKey,
      tool: this.kind === 'tool' ? this.action : undefined,
      needs: this.needs,
      platform: this.platform,
      impact: this.kind !== 'tool',
    };
  }

  /** The resource, as far as it is named: what counts as one target. */
  get targetKey(): string | undefined {
    return targetKey(this.target);
  }

  row(tenant: string, policy: Policy): Action {
    const { tool, target } = this;
    return {
      tenant,
      id: this.id,
      hopKey: this.home?.key ?? '',
      kind: this.kind,
      atMs: this.atMs,
      actor: this.actor,
      token: this.tokenRef,
      tool: tool?.name,
      server: tool?.server,
      system: target?.system,
      resource: target?.resource,
      action: this.action,
      effect: this.effectUnder(policy),
      outcome: this.outcome,
      txn: this.txn,
      eventIds: this.eventIds,
      ...(this.otherTokens.length === 0
        ? {}
        : { otherTokens: this.otherTokens.map(({ key }) => refOfKey(key)) }),
      late: this.facts.every((fact) => fact.late),
      version: this.version,
    };
  }
}

const noDetails: Details = {};

function outcomeOf(data: CallData): ActionView['outcome'] {
  if (data.type === 'tool.denied' || data.type === 'api.denied' || data.outcome === 'denied') return 'denied';
  const status = 'status' in data ? data.status : undefined;
  if (status === 401 || status === 403) return 'denied';
  if (data.outcome === 'failure' || (status !== undefined && status >= 400)) return 'failed';
  if (data.outcome === 'success' || status !== undefined || data.type !== 'tool.invoked') return 'accepted';
  return 'unknown';
}
