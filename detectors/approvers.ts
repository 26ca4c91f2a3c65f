import type { ChainView, PeopleView } from '../src/domain/chain.ts';
import type { Principal } from '../src/domain/event/index.ts';

/** Those who act in a chain without being a person: who holds its tokens, calls its tools, or is called. */
export function machinesIn(chain: ChainView): readonly Principal[] {
  const all = new Map<string, Principal>();
  const meet = (principal: Principal | undefined) => {
    if (principal === undefined || principal.kind === 'human') return;
    all.set(JSON.stringify([principal.iss, principal.id]), principal);
  };
  for (const { actor } of chain.tokens) meet(actor);
  for (const { actor } of chain.actions) meet(actor);
  for (const { actor, callee } of chain.invocations) {
    meet(actor);
    meet(callee);
  }
  return [...all.values()];
}

/** An approver that itself acts in the chain, and is no person. */
export function isMachineIn(chain: ChainView, approver: Principal, people: PeopleView): boolean {
  if (approver.kind === 'human') return false;
  return machinesIn(chain).some((machine) => people.same(machine, approver));
}
