import * as z from 'zod';
import type { AlertAction, AlertWithLife } from '../domain/alert.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { ID_CHARS_MAX, TEXT_CHARS_MAX } from '../domain/limits.ts';

const sentence = z.string().trim().min(1).max(TEXT_CHARS_MAX);
const note = sentence.optional();

/** What a person may do with an alert; each verb takes what it needs and nothing else. */
export const AlertCommand = z.discriminatedUnion('verb', [
  z.strictObject({ verb: z.literal('acknowledge'), note }),
  z.strictObject({ verb: z.literal('close'), reason: sentence, note }),
  z.strictObject({
    verb: z.literal('assign'),
    assignee: z.string().trim().max(ID_CHARS_MAX).describe('Empty: nobody'),
    note,
  }),
  z.strictObject({ verb: z.literal('comment'), note: sentence }),
  z.strictObject({ verb: z.literal('reopen'), note }),
]);
export type AlertCommand = z.infer<typeof AlertCommand>;

type PeoplesState = AlertAction['state'];

/** From which states a verb is possible, and where it leads; a verb without `to` changes no state. */
const moves: Readonly<Record<AlertCommand['verb'], { from: readonly PeoplesState[]; to?: PeoplesState }>> = {
  acknowledge: { from: ['open'], to: 'acknowledged' },
  close: { from: ['open', 'acknowledged'], to: 'closed' },
  assign: { from: ['open', 'acknowledged'] },
  comment: { from: ['open', 'acknowledged', 'closed'] },
  reopen: { from: ['closed'], to: 'open' },
};

/**
 * The row that a command leads to, with the whole resulting state. `history` is what people did so far; withdrawal is the
 * engine's word and stands beside it, so a withdrawn alert can still be commented on and closed.
 */
export function nextAlertAction(
  alert: AlertWithLife,
  history: readonly AlertAction[],
  command: AlertCommand,
  who: { readonly id: string; readonly by: string; readonly nowMs: number },
): AlertAction {
  const last = history.reduce<AlertAction | undefined>(
    (newest, action) => (newest === undefined || action.atMs >= newest.atMs ? action : newest),
    undefined,
  );
  const state = last?.state ?? 'open';
  const move = moves[command.verb];
  if (!move.from.includes(state)) {
    throw new ChainwardenError('CONFLICT', `cannot ${command.verb} an alert that is ${state}`, {
      detail: { state },
    });
  }
  const next = move.to ?? state;
  const keptReason = next === 'closed' ? (last?.reason ?? '') : '';
  return {
    tenant: alert.tenant,
    alertId: alert.id,
    id: who.id,
    // The newest row is the answer: two in one millisecond must still have an order.
    atMs: Math.max(who.nowMs, (last?.atMs ?? 0) + 1),
    by: who.by,
    verb: command.verb,
    state: next,
    assignee: command.verb === 'assign' ? command.assignee : (last?.assignee ?? ''),
    reason: command.verb === 'close' ? command.reason : keptReason,
    note: command.note ?? '',
  };
}
