import type { ActionView, LinkLevel, PeopleView, TokenView } from '../../src/domain/chain.ts';
import { changes } from '../../src/domain/effect.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import type { Json } from '../../src/domain/finding.ts';
import type { EnvironmentRule } from '../../src/domain/policy/agents.ts';
import { isInWindows } from '../../src/domain/policy/primitives.ts';
import { matchesAny, matchesPattern, type Policy } from '../../src/domain/policy.ts';
import { effectIn } from '../deed.ts';
import { clocksOf, sample } from '../evidence.ts';

/** What policy does not allow of an action in its environment. */
export interface Breach {
  readonly fact: string;
  readonly says: string;
  readonly evidence: { readonly [key: string]: Json };
  /** Never pages: what was done may have been a read, or the names may mean the same. */
  readonly isSignal?: boolean;
  readonly because?: readonly string[];
  readonly linkLevel?: LinkLevel;
}

/** Whoever acts there, and whoever holds the credential for it, has to fit one of the rows that say who may. */
export function notAllowed(
  action: ActionView,
  environment: string,
  policy: Policy,
  people: PeopleView,
): Breach | undefined {
  const rows = policy.environments.filter(
    (row) => saysWho(row) && matchesPattern(row.environment, environment),
  );
  if (rows.length === 0) return undefined;
  const stranger = handsOf(action, people).find((hand) => !rows.some((row) => admits(row, hand)));
  if (stranger === undefined) return undefined;
  return {
    fact: 'environment-not-allowed',
    says: `where ${stranger.id} has no business`,
    evidence: {
      principal: stranger.id,
      principalKind: stranger.kind,
      allowed: sample(rows.flatMap((row) => [...(row.principals ?? []), ...(row.kinds ?? [])])),
    },
  };
}

/** Policy opens the environment to changes only at certain times; the first row that fits who acts says when. */
export function outsideWindow(action: ActionView, environment: string, policy: Policy): Breach | undefined {
  const [hand] = handsOf(action);
  const row = policy.environments.find(
    (one) =>
      matchesPattern(one.environment, environment) &&
      (!saysWho(one) || (hand !== undefined && admits(one, hand))),
  );
  const windows = row?.windows;
  const effect = effectIn(action, policy);
  if (windows === undefined || effect === 'read') return undefined;
  const { skewMs } = clocksOf(policy);
  // At the edge of a window clocks may disagree about which side it was.
  if ([-skewMs, 0, skewMs].some((offMs) => isInWindows(windows, action.atMs + offMs))) return undefined;
  return {
    fact: 'outside-window',
    says: 'outside its window',
    evidence: {
      windows: windows.slice(0, 10).map(({ days, from, to }) => `${days.join(' ')} ${from}-${to}`),
    },
    isSignal: !changes(effect),
  };
}

/** Nothing is changed during a freeze but by those whom it excepts. */
export function changeFreeze(action: ActionView, environment: string, policy: Policy): Breach | undefined {
  if (policy.changeFreezes.length === 0 || !changes(effectIn(action, policy))) return undefined;
  const { skewMs } = clocksOf(policy);
  const hands = handsOf(action);
  const freeze = policy.changeFreezes.find(
    ({ environments, during, except }) =>
      matchesAny(environments, environment) &&
      action.atMs >= Date.parse(during.from) + skewMs &&
      action.atMs < Date.parse(during.to) - skewMs &&
      !(hands.length > 0 && hands.every(({ id }) => matchesAny(except, id))),
  );
  if (freeze === undefined) return undefined;
  return {
    fact: 'change-freeze',
    says: `which is frozen until ${freeze.during.to}`,
    evidence: { frozenFrom: freeze.during.from, frozenTo: freeze.during.to },
  };
}

function saysWho(row: EnvironmentRule): boolean {
  return row.principals !== undefined || row.kinds !== undefined;
}

/** A kind that nobody told excludes nobody. */
function admits({ principals, kinds }: EnvironmentRule, { id, kind }: Principal): boolean {
  if (principals !== undefined && !matchesAny(principals, id)) return false;
  return kinds === undefined || kind === 'unknown' || kinds.includes(kind);
}

/** Who acted, and who holds the credential where that is somebody else. */
function handsOf({ actor, token }: ActionView, people?: PeopleView): readonly Principal[] {
  const holder = token === undefined ? undefined : holderIn(token);
  if (actor === undefined || holder === undefined)
    return [actor ?? holder].filter((one) => one !== undefined);
  return people?.same(actor, holder) === true ? [actor] : [actor, holder];
}

/** Its actor, stated or claimed, else its subject: a person in whose name somebody acts holds nothing. */
function holderIn({ actor, act, subject }: TokenView): Principal | undefined {
  if (actor !== undefined || act === undefined) return actor ?? subject;
  return { id: act.sub, kind: 'unknown', ...(act.iss === undefined ? {} : { iss: act.iss }) };
}
