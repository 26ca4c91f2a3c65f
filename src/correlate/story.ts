import type {
  ActionView,
  ApprovalView,
  DecisionView,
  InvocationView,
  Privilege,
  RequestEnd,
  RequestView,
  TokenView,
} from '../domain/chain.ts';
import type { EventOf } from '../domain/event/index.ts';
import { CHAIN_VIEWED_MAX, VIEWED_MAX } from '../domain/limits.ts';
import { type ApprovalNode, compareCalls } from './approval-node.ts';
import { endsOf } from './collections.ts';
import type { Evidence } from './evidence.ts';
import { compareStrings, compareTimes, type Fact, isType } from './fact.ts';
import type { Place } from './place.ts';
import { decisionsIn, privilegesIn } from './said.ts';
import { compareMints } from './token-node.ts';

/** A chain in the order in which it happened. Each part is put together when somebody first reads it. */
export class Story {
  readonly #members: ReadonlySet<Place>;
  readonly #evidence: Evidence;
  #tokens: readonly TokenView[] | undefined;
  #actions: readonly ActionView[] | undefined;
  #requests: readonly RequestView[] | undefined;
  #approvals: readonly ApprovalView[] | undefined;
  #decisions: readonly DecisionView[] | undefined;
  #privileges: readonly Privilege[] | undefined;
  #invocations: readonly InvocationView[] | undefined;

  constructor(members: ReadonlySet<Place>, evidence: Evidence) {
    this.#members = members;
    this.#evidence = evidence;
  }

  get tokens(): readonly TokenView[] {
    this.#tokens ??= [...this.#members]
      .flatMap(({ token }) => token ?? [])
      .sort(compareMints)
      .slice(0, VIEWED_MAX);
    return this.#tokens;
  }

  get actions(): readonly ActionView[] {
    this.#actions ??= endsOf(
      [...this.#members].flatMap(({ calls }) => [...calls]).sort(compareCalls),
      CHAIN_VIEWED_MAX,
    );
    return this.#actions;
  }

  get requests(): readonly RequestView[] {
    this.#requests ??= this.#described().flatMap((fact) =>
      isType(fact, 'request.received') ? [this.#requestOf(fact)] : [],
    );
    return this.#requests;
  }

  #requestOf({ event, data }: Fact<EventOf<'request.received'>>): RequestView {
    const { triggerId, initiator, kind, provenance, ticket } = data;
    const ends = this.#evidence.endsOf(triggerId).flatMap((fact): RequestEnd[] => {
      if (!isType(fact, 'request.closed')) return [];
      return [{ atMs: fact.event.timeMs, reason: fact.data.reason, eventId: fact.event.id }];
    });
    return {
      ...{ triggerId, atMs: event.timeMs, initiator, kind, provenance, ticket },
      ...{ task: data.task?.id, txn: data.txn, eventId: event.id, ends },
    };
  }

  get approvals(): readonly ApprovalView[] {
    if (this.#approvals !== undefined) return this.#approvals;
    const approvals = new Map<string, ApprovalNode>();
    for (const { facts, calls, token } of this.#members) {
      for (const { data } of facts)
        this.#collect(approvals, 'approvalId' in data ? data.approvalId : undefined);
      for (const { data } of token?.facts ?? []) this.#collect(approvals, data.approvalId);
      for (const call of calls) this.#collect(approvals, call.approvalId);
    }
    this.#approvals = [...approvals.values()].sort((a, b) => compareStrings(a.id, b.id)).slice(0, VIEWED_MAX);
    return this.#approvals;
  }

  #collect(approvals: Map<string, ApprovalNode>, id: string | undefined): void {
    const approval = this.#evidence.approval(id);
    if (approval !== undefined) approvals.set(approval.id, approval);
  }

  get decisions(): readonly DecisionView[] {
    this.#decisions ??= decisionsIn(this.#told());
    return this.#decisions;
  }

  get privileges(): readonly Privilege[] {
    this.#privileges ??= privilegesIn(this.#told());
    return this.#privileges;
  }

  get invocations(): readonly InvocationView[] {
    this.#invocations ??= this.#described().flatMap((fact) => {
      if (!isType(fact, 'agent.invoked')) return [];
      const { event, data } = fact;
      return [{ atMs: event.timeMs, actor: data.actor, callee: data.callee, eventId: event.id }];
    });
    return this.#invocations;
  }

  /** What describes its requests and invocations, by time. */
  #described(): readonly Fact[] {
    return [...this.#members].flatMap(({ facts }): readonly Fact[] => facts).sort(compareTimes);
  }

  /** The same, and what was said of its tokens. */
  #told(): readonly Fact[] {
    return [...this.#members].flatMap(({ facts, token }): readonly Fact[] => [
      ...facts,
      ...(token?.facts ?? []),
    ]);
  }
}
