import type { ActionView } from '../../src/domain/chain.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { labelsOf, placeOf, tookEffect } from '../deed.ts';

/** What came in, what sensitive was read, and what went out after both. */
export interface Flow {
  readonly read: ActionView;
  readonly secret: ActionView;
  readonly sent: ActionView;
  /** The place is told, and the chain had not been there before the untrusted input came in. */
  readonly isKnownNew: boolean;
  /** What is sensitive was read after the input, not before it. */
  readonly isInOrder: boolean;
}

/**
 * One pass in the order of time. One action may both take in what strangers write and be sensitive (a mailbox); what
 * goes out is always another one. An answer to where the input came from goes to no new place; whoever prepares a
 * place after the input has not made it a part of the task.
 */
export function flowsOf(actions: readonly ActionView[], policy: Policy): readonly Flow[] {
  const flows: Flow[] = [];
  const before = new Set<string>();
  let read: ActionView | undefined;
  // What the agent knew before the input, and what it fetched after it.
  let known: ActionView | undefined;
  let fetched: ActionView | undefined;
  for (const action of actions) {
    const labels = labelsOf(action, policy);
    const secret = fetched ?? known;
    if (read !== undefined && secret !== undefined && labels.has('external-send')) {
      const isNewPlace = isNew(action, before);
      if (isNewPlace !== false) {
        const isKnownNew = isNewPlace === true;
        flows.push({ read, secret, sent: action, isKnownNew, isInOrder: fetched !== undefined });
      }
    }
    // What was refused brought nothing in.
    if (!tookEffect(action)) continue;
    if (read === undefined) for (const place of placesOf(action)) before.add(place);
    if (read === undefined && labels.has('untrusted-input')) read = action;
    if (!labels.has('sensitive-read') && !labels.has('secret-read')) continue;
    if (read === undefined) known ??= action;
    else fetched ??= action;
  }
  return flows;
}

/** Undefined: nobody tells the place, or which of a system's places it was before. */
function isNew(action: ActionView, before: ReadonlySet<string>): boolean | undefined {
  const place = placeOf(action);
  if (place === undefined) return undefined;
  if (before.has(place)) return false;
  const { target } = action;
  const isVague =
    target?.resource === undefined ? before.has(`${target?.system}/`) : before.has(target.system);
  return isVague ? undefined : true;
}

/** The place, and that of its system something was used. */
function placesOf(action: ActionView): readonly string[] {
  const place = placeOf(action);
  if (place === undefined) return [];
  return action.target?.resource === undefined ? [place] : [place, `${action.target.system}/`];
}
