import * as z from 'zod';
import type { ChainView, Privilege } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding, Json } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { principalLabel } from '../../src/domain/principal.ts';
import { chainSubject, clocksOf, eventIds, instant, sample } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';
import { endOf, isAskedFor, type TaskEnd, untilOf } from './task.ts';

const PrivilegeConfig = z.strictObject({});
const none: readonly Finding[] = [];

/** Fires when a privilege that was given for a task is still held when the task is over. */
export const privilegeOutlivesTask: Detector<z.infer<typeof PrivilegeConfig>> = {
  id: 'privilege-outlives-task',
  version: 1,
  title: 'A privilege outlives the task for which it was granted',
  maturity: 'live',
  // The end of a privilege may be reported late.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R24', 'R25', 'R56'],
  requires: {
    events: ['privilege.granted', 'privilege.expired', 'request.received', 'request.closed'],
    fields: ['principal', 'grants', 'exp', 'triggerId', 'txn', 'approvalId'],
    optional: ['request'],
  },
  frameworks: frameworks({
    nhi: [5, 7],
    asi: [3],
    attack: ['T1548.005', 'T1098.003'],
    atlas: ['AML.T0012'],
    csf: ['PR.AA-05', 'PR.AA-01'],
    tenets: ['session', 'policy'],
    pages: ['P1', 'P2', 'P4'],
  }),
  config: PrivilegeConfig,
  looksAt: ['chain'],

  evaluate(sighting) {
    if (sighting.on !== 'chain') return none;
    const { chain, policy } = sighting;
    if (chain.privileges.length === 0 || chain.platform) return none;
    const end = endOf(chain.requests);
    return [noEnd(chain, end, policy), outlivesTask(chain, end, policy), unrequested(chain, policy)].filter(
      (finding) => finding !== undefined,
    );
  },
};

/** Granted for ever: a signal while the task is under way, since somebody may end it by hand. */
function noEnd(chain: ChainView, end: TaskEnd | undefined, policy: Policy): Finding | undefined {
  const endless = chain.privileges.filter((privilege) => untilOf(privilege) === Number.POSITIVE_INFINITY);
  const [first] = endless;
  if (first === undefined) return undefined;
  const { latenessMs } = clocksOf(policy);
  const who = principalLabel(first.principal);
  const what = brief(first);
  return {
    ...common(chain, first, endless, end),
    fact: 'no-end',
    kind: end === undefined ? 'signal' : 'alert',
    severity: end === undefined ? 'low' : 'high',
    title:
      end === undefined
        ? `${who} was given ${what} without an end`
        : `${who} still holds ${what}, given without an end for a task that is over`,
    atMs: end === undefined ? first.atMs : dueMs(end, policy),
    settlesAtMs: (end === undefined ? first.atMs : dueMs(end, policy)) + latenessMs,
  };
}

/** Until after the end of the task and the grace; of several the one that lasts longest. */
function outlivesTask(chain: ChainView, end: TaskEnd | undefined, policy: Policy): Finding | undefined {
  if (end === undefined) return undefined;
  const due = dueMs(end, policy);
  const beyond = chain.privileges.filter((privilege) => {
    const untilMs = untilOf(privilege);
    return untilMs > due && untilMs < Number.POSITIVE_INFINITY;
  });
  const worst = beyond.toSorted((a, b) => untilOf(b) - untilOf(a))[0];
  if (worst === undefined) return undefined;
  const seconds = Math.round((untilOf(worst) - end.atMs) / 1000);
  const who = principalLabel(worst.principal);
  return {
    ...common(chain, worst, beyond, end),
    fact: 'outlives-task',
    kind: 'alert',
    severity: 'high',
    title: `${who} holds ${brief(worst)} for ${seconds} s after its task is over`,
    atMs: due,
    settlesAtMs: due + clocksOf(policy).latenessMs,
  };
}

/** R25: nobody in the chain asked for it. */
function unrequested(chain: ChainView, policy: Policy): Finding | undefined {
  const all = chain.privileges.filter((privilege) => !isAskedFor(privilege, chain));
  const [first] = all;
  if (first === undefined) return undefined;
  return {
    ...common(chain, first, all, undefined),
    fact: 'unrequested',
    kind: 'signal',
    severity: 'low',
    title: `${principalLabel(first.principal)} was given ${brief(first)}, for which nobody in its chain asked`,
    atMs: first.atMs,
    settlesAtMs: first.atMs + clocksOf(policy).latenessMs,
  };
}

function brief({ grants }: Privilege): string {
  return grants.slice(0, 3).join(', ');
}

function dueMs(end: TaskEnd, policy: Policy): number {
  return end.atMs + policy.lifetimes.privilegeGraceSeconds * 1000 + clocksOf(policy).skewMs;
}

function common(
  chain: ChainView,
  shown: Privilege,
  all: readonly Privilege[],
  end: TaskEnd | undefined,
): Pick<Finding, 'subject' | 'evidence' | 'eventIds'> {
  const evidence: { readonly [key: string]: Json } = {
    principal: shown.principal.id,
    grants: sample(shown.grants),
    grantedAt: instant(shown.atMs),
    expiresAt: shown.expMs === null ? null : instant(shown.expMs),
    endedAt: shown.endedMs === undefined ? null : instant(shown.endedMs),
    taskEndedAt: end === undefined ? null : instant(end.atMs),
    taskEndedBy: end?.reason ?? null,
    approval: shown.approvalId ?? null,
    privileges: all.length,
  };
  return {
    subject: chainSubject(chain),
    evidence,
    eventIds: eventIds(
      [shown.eventId],
      end?.eventIds ?? [],
      all.map(({ eventId }) => eventId),
    ),
  };
}
