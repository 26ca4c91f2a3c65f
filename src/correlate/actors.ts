import type { Act, Principal } from '../domain/event/index.ts';

/** The actors that a token names, the current one first. Nobody said of what kind they are. */
export function actorsIn(act: Act | undefined): Principal[] {
  const actors: Principal[] = [];
  for (let at = act; at !== undefined; at = at.act) {
    actors.push({ id: at.sub, ...(at.iss === undefined ? {} : { iss: at.iss }), kind: 'unknown' });
  }
  return actors;
}
