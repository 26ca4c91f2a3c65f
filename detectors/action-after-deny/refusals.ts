import type {
  ActionView,
  ApprovalView,
  Binding,
  ChainView,
  DecisionView,
  PeopleView,
} from '../../src/domain/chain.ts';
import { effectOf } from '../../src/domain/effect.ts';
import type { Effect, Principal } from '../../src/domain/event/index.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { mismatchOf, namesOf } from '../bindings.ts';
import { effectIn, placeOf } from '../deed.ts';
import { deedLabel } from '../offences.ts';

/** Something that was refused: what, to whom, by whom. */
export interface Refusal {
  readonly by: 'target' | 'policy' | 'approver';
  readonly atMs: number;
  readonly deed: string;
  readonly effect: Effect;
  readonly eventIds: readonly string[];
  /** Its thing, as `thingsOf` has it. */
  readonly things: readonly string[];
  /** Refusals that are alike in this say the same. */
  readonly signature: string;
  /** Whoever said no, where anybody is named. */
  readonly refuser: string | undefined;
  /** In what the action differs from what was refused; nothing when it is the same deed, which is told elsewhere. */
  differs(action: ActionView, people: PeopleView): readonly Difference[];
}

export type Difference = 'tool' | 'actor' | 'token';

/** Every refusal of a chain that names the thing it is about. */
export function refusalsOf(chain: ChainView, policy: Policy): readonly Refusal[] {
  return [
    ...chain.actions.flatMap((action) => ofTarget(action, policy)),
    ...chain.decisions.flatMap((decision) => ofPolicy(decision, policy)),
    ...chain.approvals.flatMap((approval) => ofApprover(approval, policy)),
  ].filter(({ things, effect }) => things.length > 0 && effect !== 'unknown');
}

/**
 * What an action is about: the resource of a system, a record, its exact arguments. A system alone is no thing: two
 * changes of one system need have nothing in common.
 */
export function thingsOf({ target, details, argsHash }: ActionView): readonly string[] {
  const things: string[] = [];
  if (target?.resource !== undefined)
    things.push(`thing ${target.system}/${target.resource}`, `thing ${target.resource}`);
  if (details.record !== undefined) things.push(`thing ${details.record}`);
  if (argsHash !== undefined) things.push(`args ${argsHash}`);
  return things;
}

function ofTarget(action: ActionView, policy: Policy): readonly Refusal[] {
  if (action.outcome !== 'denied' || action.platform) return [];
  const { target, details, argsHash, atMs, eventIds } = action;
  // Between two actions a resource is the same only in the same system.
  const place = target?.resource === undefined ? [] : [`thing ${target.system}/${target.resource}`];
  const record = details.record === undefined ? [] : [`thing ${details.record}`];
  const args = argsHash === undefined ? [] : [`args ${argsHash}`];
  return [
    {
      by: 'target',
      atMs,
      deed: deedLabel(action),
      effect: effectIn(action, policy),
      eventIds,
      things: [...place, ...record, ...args],
      signature: JSON.stringify([deedLabel(action), actorsOf(action)[0]?.id, action.token?.key]),
      refuser: target?.system ?? action.tool?.server,
      differs: (other, people) => differences(action, other, people),
    },
  ];
}

/** A token that was minted for the second attempt is how one does ask again. */
function differences(refused: ActionView, action: ActionView, people: PeopleView): readonly Difference[] {
  const isOther = (one: Principal | undefined, two: Principal | undefined) =>
    one !== undefined && two !== undefined && !people.same(one, two);
  const [before, now] = [refused.token, action.token];
  const isFresh = now?.iatMs !== undefined && now.iatMs >= refused.atMs;
  const found: Difference[] = [];
  if (deedLabel(refused) !== deedLabel(action)) found.push('tool');
  if (isOther(refused.actor ?? before?.actor, action.actor ?? now?.actor)) found.push('actor');
  if (before !== undefined && now !== undefined && before.key !== now.key && !isFresh) found.push('token');
  return found;
}

function ofPolicy(
  { allowed, atMs, subject, action, resource, policy: by, eventId }: DecisionView,
  policy: Policy,
): readonly Refusal[] {
  if (allowed) return [];
  return [
    {
      by: 'policy',
      atMs,
      deed: action.name,
      effect: effectOf(undefined, action.name, action.name, policy),
      eventIds: [eventId],
      things: [`thing ${resource.type}/${resource.id}`, `thing ${resource.id}`],
      signature: eventId,
      refuser: by?.id,
      differs: (other) => otherThan(!namesOf(other).has(action.name), !isDoneBy(other, subject.id)),
    },
  ];
}

/** A decision may be about who acts, or about the one in whose name that is. */
function isDoneBy(action: ActionView, id: string): boolean {
  const { token } = action;
  return [...actorsOf(action), token?.subject].some((party) => party?.id === id) || token?.client === id;
}

/** Whoever asked and does it all the same misuses the approval: that is told as what it is. */
function ofApprover({ denials, requests }: ApprovalView, policy: Policy): readonly Refusal[] {
  const askers = requests.map(({ by }) => by);
  return denials.flatMap(({ atMs, eventId, by, binds = [] }) =>
    binds.map(
      (binding): Refusal => ({
        by: 'approver',
        atMs,
        deed: binding.action,
        effect: effectOf(undefined, binding.action, binding.action, policy),
        eventIds: [eventId],
        things: thingsIn(binding),
        signature: eventId,
        refuser: by?.id,
        differs: (other, people) => {
          const asked = askers.some(
            (one) => one === undefined || actorsOf(other).some((actor) => people.same(one, actor)),
          );
          const isOtherActor = askers.length > 0 && !asked;
          const { actor: _, ...deed } = binding;
          // With other arguments or facts it is another deed.
          if (mismatchOf(deed, other, people) !== undefined) return [];
          return otherThan(!namesOf(other).has(binding.action), isOtherActor);
        },
      }),
    ),
  );
}

function thingsIn({ target, argsHash, facts }: Binding): readonly string[] {
  return [
    ...(target === undefined ? [] : [`thing ${target}`]),
    ...(facts?.record === undefined ? [] : [`thing ${facts.record}`]),
    ...(argsHash === undefined ? [] : [`args ${argsHash}`]),
  ];
}

function otherThan(isOtherTool: boolean, isOtherActor: boolean): readonly Difference[] {
  return [...(isOtherTool ? (['tool'] as const) : []), ...(isOtherActor ? (['actor'] as const) : [])];
}

export function actorsOf(action: ActionView): readonly Principal[] {
  return [action.actor, action.token?.actor].filter((actor) => actor !== undefined);
}

/** Where it was done, for people. */
export function whereOf(action: ActionView): string {
  return placeOf(action) ?? action.details.record ?? 'the same arguments';
}
