import type { Principal } from '../../domain/event/index.ts';

/** Who takes part, and what each may ever be granted. */
export interface Party {
  readonly clientId: string;
  readonly kind: Principal['kind'];
  readonly name: string;
}

export const parties = {
  portal: { clientId: 'portal', kind: 'service', name: 'Customer portal' },
  support: { clientId: 'support-agent', kind: 'agent', name: 'Support agent' },
  refund: { clientId: 'refund-agent', kind: 'agent', name: 'Refund agent' },
  payout: { clientId: 'payout-agent', kind: 'agent', name: 'Payout agent' },
  crm: { clientId: 'crm', kind: 'service', name: 'CRM' },
  chainwarden: { clientId: 'chainwarden', kind: 'service', name: 'Chainwarden' },
} as const satisfies Record<string, Party>;

export const human = { id: 'maya.lindqvist', name: 'Maya Lindqvist' } as const;

export const scopes = ['openid', 'offline_access', 'crm:read', 'crm:write', 'refunds:pay'] as const;

/** Nothing here is worth protecting: the server listens on loopback and forgets everything when it ends. */
export function secretOf({ clientId }: Pick<Party, 'clientId'>): string {
  return `${clientId}-secret-of-the-demo`;
}

export function principalOf(iss: string, { clientId, kind, name }: Party): Principal {
  return { id: clientId, iss, kind, name };
}

export function partyOf(clientId: string): Party {
  const known: readonly Party[] = Object.values(parties);
  return known.find((party) => party.clientId === clientId) ?? { clientId, kind: 'unknown', name: clientId };
}
