import type { ActionView, LinkLevel, PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { isMachine } from '../parties.ts';
import { type Loss, lossOf } from './loss.ts';

/** An action, and who is known. */
export interface SeenUse {
  readonly action: ActionView;
  readonly people: PeopleView;
  readonly policy: Policy;
}

/** A loss, and through which token of the lineage the principal is part of it. */
export interface PartyLoss {
  readonly loss: Loss;
  readonly token: TokenView | undefined;
  readonly level: LinkLevel | undefined;
}

/** The nearest initiator and the nearest agent of a lineage that had lost their authority. */
export interface Losses {
  readonly initiator: PartyLoss | undefined;
  readonly agent: PartyLoss | undefined;
}

/** Whoever acts with the token, and everybody whose authority it carries. */
export function lossesOf(
  actor: Principal | undefined,
  token: TokenView | undefined,
  atMs: number,
  people: PeopleView,
  policy: Policy,
): Losses {
  let initiator: PartyLoss | undefined;
  let agent: PartyLoss | undefined;
  const judge = (principal: Principal | undefined, isAgent: boolean, at: Omit<PartyLoss, 'loss'>) => {
    if ((isAgent ? agent : initiator) !== undefined) return;
    const loss = lossOf(principal, { atMs, givenMs: at.token?.iatMs }, people, policy);
    if (loss === undefined) return;
    if (isAgent) agent = { loss, ...at };
    else initiator = { loss, ...at };
  };
  judge(actor, isMachine(actor), { token, level: undefined });
  for (const at of lineage(token)) {
    const { actor: holder, subject } = at.token;
    judge(holder, isMachine(holder), at);
    const isOwn = holder === undefined || (subject !== undefined && people.same(holder, subject));
    judge(subject, isMachine(subject) && isOwn, at);
  }
  return { initiator, agent };
}

/** A token and those above it; of itself it needs no link. */
export function lineage(
  token: TokenView | undefined,
): readonly { readonly token: TokenView; readonly level: LinkLevel | undefined }[] {
  return token === undefined ? [] : [{ token, level: undefined }, ...ancestorsOf(token)];
}
