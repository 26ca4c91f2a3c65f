import { ChainwardenError } from '../domain/errors.ts';
import type { Principal } from '../domain/event/index.ts';
import type { Policy } from '../domain/policy.ts';
import type { QueryStore, ResponseStore } from '../domain/ports.ts';
import type { Plan, PlanDecision, Response } from '../domain/response.ts';
import type { PlanRequest, PlanWord, ResponseDesk, ResponseWord } from '../domain/response-desk.ts';
import { refKey } from '../domain/token.ts';
import type { Connector } from './connectors/index.ts';
import { type Due, dueOf, findPlans, stepsOf } from './decide.ts';
import { byKey, type Ledger, nextRow } from './ledger.ts';
import { type ApprovalOutcome, judgeApproval, type PlanningConfig } from './plan/index.ts';
import { partiesIn } from './plan/parties.ts';
import { partyOf } from './plan/people.ts';
import { carriable, following, reasonOf, rowsOf } from './plan-rows.ts';
import { type Asked, isInHand, type Planner } from './planner.ts';
import { keepRefusals } from './refusals.ts';
import { findResponses, keyOf } from './rows.ts';
import type { Clock } from './types.ts';
import { carriedOut, labelOf, undoOf } from './undo.ts';
import type { Watch } from './watch.ts';

/** Longer than any proposal may wait for its decision (`approvalMinutes`): what was said before has had its effect. */
const DECIDED_MS_MAX = 8 * 86_400_000;

export interface DeskOptions {
  readonly store: ResponseStore & Pick<QueryStore, 'alert' | 'chain' | 'chainOfToken'>;
  readonly ledger: Ledger;
  readonly planner: Planner;
  readonly watch: Pick<Watch, 'confirm'>;
  readonly connectors: readonly Connector[];
  readonly config: PlanningConfig;
  readonly policy: () => Policy;
  readonly expire: () => Promise<number>;
  /** Puts on its way what is requested. */
  readonly carryOut: (due: readonly Due[]) => Promise<void>;
  readonly clock: Clock;
}

export interface Desk extends ResponseDesk {
  /** Carries out what people had agreed to when an earlier process ended. */
  resume(): Promise<void>;
}

/** What people ask for and decide, beside what the machine does by itself. */
export function createDesk(options: DeskOptions): Desk {
  const { store, ledger, planner, watch, connectors, config, policy, carryOut, clock } = options;

  async function asked({ tenant, subject, who, reason, strict }: PlanRequest): Promise<Asked> {
    const trigger = { kind: 'person', by: who.by, reason } as const;
    // A person is bound by what policy protects and by the rule of two persons, not by modes.
    const common = { tenant, trigger, strict, mode: 'propose' } as const;
    if (subject.kind === 'subject') {
      const nowMs = clock();
      return {
        ...common,
        source: { kind: 'subject', subject: subject.subject, cutOffMs: nowMs },
        chainId: undefined,
        tokenKeys: await store.tokensHeldBy(tenant, subject.subject.id, nowMs),
      };
    }
    if (subject.kind === 'token') {
      const tokenKey = refKey(subject.ref);
      const chainId = await store.chainOfToken(tenant, tokenKey);
      const source = { kind: 'token', ref: subject.ref } as const;
      return {
        ...common,
        source,
        chainId,
        tokenKeys: [tokenKey],
        parties: await chainParties(tenant, chainId),
      };
    }
    const alert = await store.alert(tenant, subject.alertId);
    if (alert === undefined) throw new ChainwardenError('NOT_FOUND', 'no alert has this id');
    if (alert.revoke === undefined) {
      throw new ChainwardenError('CONFLICT', 'the alert names no credential whose revocation would end it');
    }
    const { revoke: ref, liveUntilMs, weakestLink: linkLevel, chainId } = alert;
    return {
      ...common,
      trigger: { ...trigger, alertId: alert.id },
      source: { kind: 'token', ref, liveUntilMs, linkLevel },
      chainId,
      tokenKeys: [refKey(ref)],
      parties: await chainParties(tenant, chainId),
    };
  }

  /** Everybody in the chain: none of them decides about it. */
  async function chainParties(tenant: string, chainId: string | undefined): Promise<readonly Principal[]> {
    const chain = chainId === undefined ? undefined : await store.chain(tenant, chainId);
    if (chain === undefined) return [];
    return chain.initiator === undefined ? chain.principals : [chain.initiator, ...chain.principals];
  }

  async function partiesOf({ tenant, chainId, steps }: Plan): Promise<readonly Principal[]> {
    const keys = steps.flatMap(({ target }) => (target.kind === 'token' ? [target.key] : []));
    const subjects = steps.flatMap(({ target }) => (target.kind === 'subject' ? [target.subject] : []));
    const { tokens } = await store.lineage(tenant, keys);
    return [...partiesIn(tokens), ...subjects, ...(await chainParties(tenant, chainId))];
  }

  async function planOf(request: PlanRequest): Promise<{ plan: Plan; known: Map<string, Response> }> {
    const one = await asked(request);
    const planning = await planner.begin([one], await planner.read([one]));
    const [plan] = planning.plans(one);
    if (plan === undefined) throw new ChainwardenError('INTERNAL', 'nothing was planned');
    return { plan, known: planning.known };
  }

  async function find(tenant: string, planId: string): Promise<Plan> {
    const [plan] = await store.findPlans(tenant, [planId]);
    if (plan === undefined) throw new ChainwardenError('NOT_FOUND', 'no plan has this id');
    return plan;
  }

  /** Words on the plan as it is now: it may have been made anew since an earlier one. */
  async function wordsOn({ tenant, id, madeMs }: Plan): Promise<readonly PlanDecision[]> {
    return (await store.decisions(tenant, id)).filter(({ atMs }) => atMs >= madeMs);
  }

  /** Rows of the plan that still wait for a decision, and what becomes of them. Within `alone`. */
  async function decide(plan: Plan, change: (row: Response) => Response): Promise<readonly Due[]> {
    const rows = await findResponses(store, stepsOf(plan));
    const open = [...rows.values()].filter(({ planId, state }) => planId === plan.id && state === 'proposed');
    const changed = open.map(change);
    await ledger.writeResponses(changed);
    for (const row of changed) rows.set(keyOf(row), row);
    return dueOf(plan, rows);
  }

  function request(plan: Plan, approvedBy: readonly string[]): Promise<readonly Due[]> {
    return decide(plan, (row) =>
      carriable(nextRow(row, clock(), { state: 'requested', reason: reasonOf(plan), approvedBy })),
    );
  }

  function refuse(plan: Plan, by: string): Promise<readonly Due[]> {
    return decide(plan, (row) => nextRow(row, clock(), { state: 'denied', reason: `denied by ${by}` }));
  }

  /** What an earlier word decided and a crash kept from being done. */
  async function overdue(plan: Plan, words: readonly PlanDecision[]): Promise<readonly Due[]> {
    const denial = words.find(({ verb }) => verb === 'deny');
    if (denial !== undefined) return refuse(plan, denial.by);
    const isEnough = plan.verdict === 'propose' && words.length >= plan.approvals;
    return isEnough
      ? request(
          plan,
          words.map(({ by }) => by),
        )
      : [];
  }

  async function say(word: PlanWord, verb: PlanDecision['verb']): Promise<Plan> {
    const plan = await find(word.tenant, word.planId);
    const parties = await partiesOf(plan);
    const due = await ledger.alone(async () => {
      const { tenant, planId, digest, who, reason } = word;
      const words = await wordsOn(plan);
      const decision: PlanDecision = { tenant, planId, digest, verb, ...who, atMs: clock(), reason };
      const context = { parties, policy: policy(), nowMs: clock() };
      const outcome = judgeApproval(plan, words, decision, context);
      if (outcome.kind === 'refused') return again(plan, words, decision, outcome);
      await ledger.writeDecision(decision, plan);
      if (outcome.kind === 'denied') return refuse(plan, who.by);
      return outcome.kind === 'approved' ? request(plan, outcome.approvedBy) : [];
    });
    await carryOut(due);
    return plan;
  }

  /** Whoever says again what they said is not refused: the first time may not have got through. */
  async function again(
    plan: Plan,
    words: readonly PlanDecision[],
    { keyId, verb, digest }: PlanDecision,
    { reason }: ApprovalOutcome & { kind: 'refused' },
  ): Promise<readonly Due[]> {
    const isSame = (word: PlanDecision) =>
      word.keyId === keyId && word.verb === verb && word.digest === digest;
    if (!words.some(isSame)) throw new ChainwardenError('CONFLICT', reason);
    return overdue(plan, words);
  }

  async function findResponse(tenant: string, id: string): Promise<Response> {
    const [response] = await store.findResponses(tenant, [id]);
    if (response === undefined) throw new ChainwardenError('NOT_FOUND', 'no response has this id');
    return response;
  }

  async function refuseParty({ tenant, who }: ResponseWord, { planId }: Response): Promise<void> {
    const [plan] = planId === '' ? [] : await store.findPlans(tenant, [planId]);
    const party = plan === undefined ? undefined : partyOf(who, await partiesOf(plan), policy());
    if (party !== undefined) {
      throw new ChainwardenError('CONFLICT', `${who.by} may be ${party.label}, whom it is about`);
    }
  }

  const desk: Desk = {
    plan: async (request) => (await planOf(request)).plan,

    async propose(request) {
      const { plan, due } = await ledger.alone(async () => {
        const { plan, known } = await planOf(request);
        if (plan.steps.length === 0) {
          throw new ChainwardenError('CONFLICT', plan.reasons.join('; '));
        }
        const rows = rowsOf(plan, plan.madeMs)
          .filter((row) => isOpen(known.get(keyOf(row)), config.dryRun))
          .map((row) => following(row, known.get(keyOf(row))));
        await ledger.writePlans([plan], rows);
        return { plan, due: dueOf(plan, byKey(rows)) };
      });
      await carryOut(due);
      return plan;
    },

    approve: (word) => say(word, 'approve'),
    deny: (word) => say(word, 'deny'),

    async undo(word) {
      const named = await findResponse(word.tenant, word.responseId);
      const done =
        named.action === 'undo' && named.undoes !== undefined
          ? await findResponse(word.tenant, named.undoes)
          : named;
      const refusal = objectionToUndo(done, connectors);
      if (refusal !== undefined) throw new ChainwardenError('CONFLICT', refusal);
      await refuseParty(word, done);
      const undo = await ledger.alone(async () => {
        const { by } = word.who;
        const reason = word.reason === '' ? `given back by ${by}` : `given back by ${by}: ${word.reason}`;
        const row = undoOf(done, {
          state: 'requested',
          atMs: clock(),
          reason,
          requestedBy: by,
          approvedBy: [by],
        });
        const known = (await findResponses(store, [row])).get(keyOf(row));
        if (known !== undefined && isInHand(known, false)) return known;
        const next = following(row, known);
        await ledger.writeResponses([next]);
        return next;
      });
      if (undo.state === 'requested') await carryOut([{ response: undo, reason: undo.reason }]);
      return undo;
    },

    async confirm({ tenant, responseId, who, reason }) {
      const response = await findResponse(tenant, responseId);
      if (response.state === 'confirmed') return response;
      const why = reason === '' ? `confirmed by ${who.by}` : `confirmed by ${who.by}: ${reason}`;
      const row = await watch.confirm(response, why);
      if (row !== undefined) return row;
      throw new ChainwardenError('CONFLICT', `the response is ${response.state}: nothing is to be confirmed`);
    },

    expire: options.expire,

    async resume() {
      const decided = await store.decidedPlans(clock() - DECIDED_MS_MAX);
      for (const plan of await findPlans(store, decided)) {
        const due = await ledger.alone(async () => overdue(plan, await wordsOn(plan)));
        await carryOut(due);
      }
    },
  };
  return { ...desk, ...keepRefusals(desk, options) };
}

function isOpen(known: Response | undefined, dryRun: boolean): boolean {
  return known === undefined || !isInHand(known, dryRun);
}

function objectionToUndo(done: Response, connectors: readonly Connector[]): string | undefined {
  if (done.mode !== 'real' || !carriedOut.has(done.state)) {
    return `the response is ${done.state}: there is nothing to give back`;
  }
  const declared = connectors.find(({ name }) => name === done.endpoint)?.declaration;
  if (declared?.undoes === true) return undefined;
  return `${done.endpoint} cannot give back what it took: ${labelOf(done)} has to be issued anew`;
}
