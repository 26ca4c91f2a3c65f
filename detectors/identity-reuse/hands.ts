import type { ActionView, PeopleView, TokenView } from '../../src/domain/chain.ts';
import type { Principal } from '../../src/domain/event/index.ts';
import { ancestorsOf } from '../../src/domain/lineage.ts';
import { actorsIn, sameParty } from '../parties.ts';

/** An action with the credential it carried and whoever carried it. */
export interface Use {
  readonly action: ActionView;
  readonly token: TokenView;
  readonly user: Principal;
  readonly people: PeopleView;
}

type Registry = 'person' | 'agent' | 'machine';

/** Parties of one registry bear names that compare; a workload's name says nothing of the agent that runs in it. */
const registries: Readonly<Record<Principal['kind'], Registry | undefined>> = {
  human: 'person',
  agent: 'agent',
  orchestrator: 'agent',
  service: 'machine',
  workload: 'machine',
  system: 'machine',
  unknown: undefined,
};

export function registryOf({ kind }: Principal): Registry | undefined {
  return registries[kind];
}

/** The person whose own a credential is: it speaks for them and names nobody else. */
export function ownerOf({ token: { actor, subject }, people }: Use): Principal | undefined {
  if (subject === undefined || registryOf(subject) !== 'person') return undefined;
  return actor === undefined || sameParty(people, actor, subject) ? subject : undefined;
}

/** The machine to which a credential was given: the actor it names, else the subject. */
export function holderIn({ actor, subject }: TokenView): Principal | undefined {
  const holder = actor ?? subject;
  const registry = holder === undefined ? undefined : registryOf(holder);
  return registry === undefined || registry === 'person' ? undefined : holder;
}

/** Anybody under whose name its holder may be reported: servers name the subject, the client or the actor. */
export function isItsOwn({ token, user, people }: Use): boolean {
  if (token.client === user.id) return true;
  const names = [token.actor, token.subject, actorsIn(token.act)[0]];
  return names.some((name) => name !== undefined && sameParty(people, name, user));
}

/** True when the person stands behind the credential, however far up. */
export function isBehind({ token, user, people }: Use): boolean {
  return ancestorsOf(token).some(
    ({ token: { subject } }) => subject !== undefined && sameParty(people, subject, user),
  );
}
