import { createAgentClient } from './agent.ts';
import { human, type Party, parties } from './cast.ts';
import type { AuthorizationServer } from './server.ts';

/** A token of the story, and who has it. */
export interface Holding {
  readonly holder: string;
  readonly what: string;
  readonly text: string;
  readonly scope: string;
  /** Where authority was gained, and what came of it: what has to end. */
  readonly broken: boolean;
}

/**
 * Maya signs in and may read customers. The support agent gets as much of it; the refund agent asks for more than that,
 * and a careless server grants it; the payout agent gets a share of what should never have been. Needs a lax server.
 */
export async function widenRefundAgent(server: AuthorizationServer): Promise<Holding[]> {
  const as = (party: Party) => createAgentClient(server, party);
  const session = await as(parties.portal).signIn('openid offline_access crm:read');
  const support = await as(parties.support).exchange(session.accessToken, 'crm:read');
  const refund = await as(parties.refund).exchange(support.accessToken, 'crm:read refunds:pay');
  const payout = await as(parties.payout).exchange(refund.accessToken, 'refunds:pay');
  const held = ({ name }: { name: string }, what: string, of: typeof session, broken: boolean): Holding => ({
    holder: name,
    what,
    text: of.accessToken,
    scope: of.scope,
    broken,
  });
  return [
    held(human, 'session', session, false),
    held(parties.support, 'exchanged from the session', support, false),
    held(parties.refund, 'exchanged for more than that', refund, true),
    held(parties.payout, 'exchanged from what was gained', payout, true),
  ];
}
