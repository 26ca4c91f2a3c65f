import { ChainwardenError } from '../domain/errors.ts';
import type { ResponseStore } from '../domain/ports.ts';
import { principalKey } from '../domain/principal.ts';
import type {
  PlanRequest,
  PlanSubject,
  PlanWord,
  Refusal,
  ResponseDesk,
  ResponseWord,
} from '../domain/response-desk.ts';
import { refKey } from '../domain/token.ts';
import type { Ledger } from './ledger.ts';
import type { Clock } from './types.ts';

export interface RefusalOptions {
  readonly store: Pick<ResponseStore, 'findPlans' | 'findResponses'>;
  readonly ledger: Pick<Ledger, 'writeRefusal'>;
  readonly clock: Clock;
}

/** Where people want something done. */
type Acts = Pick<ResponseDesk, 'propose' | 'approve' | 'deny' | 'undo' | 'confirm'>;
type Wanted = Omit<Refusal, 'why' | 'atMs'>;

/**
 * The same desk, whose refusals are in the audit before they are answered. What does not exist is not refused: entries
 * would be as many as the ids that somebody can think of.
 */
export function keepRefusals(desk: Acts, { store, ledger, clock }: RefusalOptions): Acts {
  async function kept<T>(work: Promise<T>, wanted: () => Promise<Wanted>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ChainwardenError && error.code === 'CONFLICT') {
        await ledger.writeRefusal({ ...(await wanted()), why: error.message, atMs: clock() });
      }
      throw error;
    }
  }

  async function ofRequest({ tenant, subject, who, reason }: PlanRequest): Promise<Wanted> {
    return { tenant, verb: 'revoke', ...who, subjectId: idOf(subject), about: [], said: reason };
  }

  async function ofPlan(verb: Wanted['verb'], word: PlanWord): Promise<Wanted> {
    const { tenant, planId, digest, who, reason } = word;
    const [plan] = await store.findPlans(tenant, [planId]);
    const about = [plan?.trigger.alertId, plan?.chainId];
    return { tenant, verb, ...who, subjectId: planId, about, digest, said: reason };
  }

  async function ofResponse(verb: Wanted['verb'], word: ResponseWord): Promise<Wanted> {
    const { tenant, responseId, who, reason } = word;
    const [response] = await store.findResponses(tenant, [responseId]);
    const about = [response?.planId, response?.alertId, response?.chainId];
    return { tenant, verb, ...who, subjectId: responseId, about, said: reason };
  }

  return {
    propose: (request) => kept(desk.propose(request), () => ofRequest(request)),
    approve: (word) => kept(desk.approve(word), () => ofPlan('approve', word)),
    deny: (word) => kept(desk.deny(word), () => ofPlan('deny', word)),
    undo: (word) => kept(desk.undo(word), () => ofResponse('undo', word)),
    confirm: (word) => kept(desk.confirm(word), () => ofResponse('confirm', word)),
  };
}

function idOf(subject: PlanSubject): string {
  if (subject.kind === 'alert') return subject.alertId;
  return subject.kind === 'token' ? refKey(subject.ref) : principalKey(subject.subject);
}
