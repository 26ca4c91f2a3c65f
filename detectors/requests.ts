import type { ActionView, ChainView, RequestView } from '../src/domain/chain.ts';

/**
 * How surely an action was done for a request. `told`: its transaction says so. `alone`: nobody says, and its chain
 * knows of no other request. `unsure`: it may have been another one. `no`: its transaction is another one.
 */
export type Tie = 'told' | 'alone' | 'unsure' | 'no';

export function tieOf(action: ActionView, request: RequestView, { requests }: ChainView): Tie {
  const txn = action.txn ?? action.token?.txn;
  if (txn !== undefined && request.txn !== undefined) return txn === request.txn ? 'told' : 'no';
  return requests.every(({ triggerId }) => triggerId === request.triggerId) ? 'alone' : 'unsure';
}
