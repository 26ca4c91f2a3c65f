import type { ActionView, ChainView, PeopleView } from '../../src/domain/chain.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { mismatchOf, namesOf } from '../bindings.ts';
import { clocksOf } from '../evidence.ts';
import { actorsOf, thingsOf } from './refusals.ts';

/** Whether somebody said yes to an action after the refusal: a policy decision about it, or an approval of it. */
export function isClearedSince(
  sinceMs: number,
  action: ActionView,
  { decisions, approvals }: ChainView,
  people: PeopleView,
  policy: Policy,
): boolean {
  const untilMs = Math.max(action.atMs, action.endedMs ?? action.atMs) + clocksOf(policy).skewMs;
  const inTime = ({ atMs }: { readonly atMs: number }) => atMs >= sinceMs && atMs <= untilMs;
  const names = namesOf(action);
  const isAllowed = decisions.some(
    (decision) => decision.allowed && inTime(decision) && isAbout(decision, action, names),
  );
  if (isAllowed) return true;
  return approvals.some(({ grants }) =>
    grants.some(
      (grant) =>
        inTime(grant) &&
        grant.binds.some(
          (binding) => names.has(binding.action) && mismatchOf(binding, action, people) === undefined,
        ),
    ),
  );
}

/** To whoever does it, or of the deed itself; of the thing, or of its system. */
function isAbout(
  { subject, action: allowed, resource }: ChainView['decisions'][number],
  action: ActionView,
  names: ReadonlySet<string>,
): boolean {
  const isTheirs = names.has(allowed.name) || actorsOf(action).some(({ id }) => id === subject.id);
  if (!isTheirs) return false;
  const system = action.target?.system;
  const things = thingsOf(action);
  return [resource.id, `${resource.type}/${resource.id}`].some(
    (id) => id === system || things.includes(`thing ${id}`),
  );
}
