import type { ActionView, ApprovalGrant, ApprovalStep, ApprovalView } from '../domain/chain.ts';
import type { EventOf } from '../domain/event/index.ts';
import { VIEWED_MAX } from '../domain/limits.ts';
import { Call } from './call.ts';
import { endsOf } from './collections.ts';
import { compareStrings, type Fact, isType } from './fact.ts';
import type { EvidenceData } from './kinds.ts';
import type { Place } from './place.ts';

/** What is said of one approval, and the calls that name it. Reads the lists of the evidence it belongs to. */
export class ApprovalNode implements ApprovalView {
  readonly id: string;
  readonly #facts: readonly Fact<EvidenceData>[];
  readonly #users: ReadonlySet<Call | Place>;
  #uses: readonly ActionView[] | undefined;

  constructor(id: string, facts: readonly Fact<EvidenceData>[], users: ReadonlySet<Call | Place>) {
    this.id = id;
    this.#facts = facts;
    this.#users = users;
  }

  forgetViews(): void {
    this.#uses = undefined;
  }

  #steps(type: 'approval.requested' | 'approval.denied' | 'approval.withdrawn' | 'approval.expired') {
    return this.#facts.flatMap((fact): ApprovalStep[] => {
      if (!isType(fact, type)) return [];
      const { data, event } = fact;
      return [
        { atMs: event.timeMs, by: decidedBy(data) ?? data.requester, binds: data.binds, eventId: event.id },
      ];
    });
  }

  get requests(): readonly ApprovalStep[] {
    return this.#steps('approval.requested');
  }

  get denials(): readonly ApprovalStep[] {
    return this.#steps('approval.denied');
  }

  get withdrawals(): readonly ApprovalStep[] {
    return this.#steps('approval.withdrawn');
  }

  get expiries(): readonly ApprovalStep[] {
    return this.#steps('approval.expired');
  }

  get grants(): readonly ApprovalGrant[] {
    return this.#facts.flatMap((fact) => (isType(fact, 'approval.granted') ? [grantOf(fact)] : []));
  }

  get txns(): readonly string[] {
    return [...new Set(this.#facts.flatMap(({ data }) => data.txn ?? []))].sort(compareStrings);
  }

  get uses(): readonly ActionView[] {
    if (this.#uses === undefined) {
      const calls = [...this.#users].filter((user) => user instanceof Call);
      this.#uses = endsOf(calls.sort(compareCalls), VIEWED_MAX);
    }
    return this.#uses;
  }
}

export function compareCalls(a: Call, b: Call): number {
  return a.atMs - b.atMs || compareStrings(a.id, b.id);
}

function decidedBy(data: object): EventOf<'approval.granted'>['approver'] | undefined {
  return 'approver' in data ? (data as EventOf<'approval.granted'>).approver : undefined;
}

function grantOf({ event, data }: Fact<EventOf<'approval.granted'>>): ApprovalGrant {
  return {
    atMs: event.timeMs,
    by: data.approver,
    eventId: event.id,
    binds: data.binds,
    expMs: data.exp === undefined ? undefined : data.exp * 1000,
    maxUses: data.maxUses,
    requester: data.requester,
    ticket: data.ticket,
  };
}
