import type { ActionView, Binding, Details, PeopleView } from '../src/domain/chain.ts';
import type { Json } from '../src/domain/finding.ts';
import { numberOf, placeOf } from './deed.ts';
import { sameParty } from './parties.ts';

/** In the order in which a reader asks: who, where, with what. */
export const mismatches = ['other-actor', 'other-target', 'other-arguments', 'other-facts'] as const;

/** What an action did otherwise than was agreed, told by both sides. */
export interface Mismatch {
  readonly is: (typeof mismatches)[number];
  readonly member: string;
  readonly agreed: Json;
  readonly done: Json;
}

/**
 * Names by which an approval may call an action: the grant that it needs, the bare verb, the tool's name. They are
 * compared literally: a consent to `*` is a consent to nothing.
 */
export function namesOf(action: ActionView): ReadonlySet<string> {
  const names = new Set([action.action]);
  if (action.needs !== undefined) names.add(action.needs);
  if (action.tool !== undefined) names.add(action.tool.name);
  return names;
}

/** `<system>`, `<system>/<resource>` and the resource alone. */
export function placesOf(action: ActionView): readonly string[] {
  const { target } = action;
  return [target?.system, target?.resource, placeOf(action)].filter((place) => place !== undefined);
}

/** The first member that both sides tell and that differs. What only one side tells is compared with nothing. */
export function mismatchOf(binding: Binding, action: ActionView, people: PeopleView): Mismatch | undefined {
  return (
    otherActor(binding, action, people) ??
    otherTarget(binding, action) ??
    otherArguments(binding, action) ??
    otherFacts(binding.facts, action.details)
  );
}

/** A call is the actor's who is reported to make it, or the one's to whom its token was issued. */
function otherActor({ actor }: Binding, action: ActionView, people: PeopleView): Mismatch | undefined {
  const actors = [action.actor, action.token?.actor].filter((one) => one !== undefined);
  const [first] = actors;
  if (actor === undefined || first === undefined) return undefined;
  if (actors.some((one) => sameParty(people, { id: actor }, one))) return undefined;
  return { is: 'other-actor', member: 'actor', agreed: actor, done: first.id };
}

function otherTarget({ target }: Binding, action: ActionView): Mismatch | undefined {
  const done = placeOf(action);
  if (target === undefined || done === undefined || placesOf(action).includes(target)) return undefined;
  // Nobody says which resource of the system it was.
  if (action.target?.resource === undefined && target.startsWith(`${done}/`)) return undefined;
  return { is: 'other-target', member: 'target', agreed: target, done };
}

function otherArguments({ argsHash }: Binding, action: ActionView): Mismatch | undefined {
  const done = action.argsHash;
  if (argsHash === undefined || done === undefined || argsHash === done) return undefined;
  return { is: 'other-arguments', member: 'argsHash', agreed: argsHash, done };
}

/** Less than what was agreed to is agreed to, of quantities and of fields; all else has to be the same. */
export function otherFacts(agreed: Details | undefined, done: Details): Mismatch | undefined {
  if (agreed === undefined) return undefined;
  for (const [member, value] of Object.entries(agreed) as [keyof Details, Details[keyof Details]][]) {
    const actual = done[member];
    if (value === undefined || actual === undefined || isWithin(member, value, actual)) continue;
    return { is: 'other-facts', member, agreed: value, done: actual };
  }
  return undefined;
}

type Fact = NonNullable<Details[keyof Details]>;

function isWithin(member: keyof Details, agreed: Fact, done: Fact): boolean {
  if (Array.isArray(agreed) || Array.isArray(done)) return isPartOf([done].flat(), [agreed].flat());
  if (agreed === done) return true;
  if (member !== 'amount' && member !== 'rows' && member !== 'bytes') return false;
  const [most, actual] = [numberOf(agreed), numberOf(done)];
  if (most === undefined || actual === undefined) return false;
  // Money that goes the other way is no smaller amount.
  return Math.sign(most) * Math.sign(actual) >= 0 && Math.abs(actual) <= Math.abs(most);
}

function isPartOf(part: readonly Fact[], whole: readonly Fact[]): boolean {
  const all = new Set(whole);
  return part.every((value) => all.has(value));
}
