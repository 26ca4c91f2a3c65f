import type * as z from 'zod';
import type { Policy } from '../../domain/policy.ts';
import { type Issuer, issuers } from './cast.ts';

/** What a policy file may say. */
export type PolicyInput = z.input<typeof Policy>;

/** The policy that belongs to the generated world: without it nobody knows which absences mean something. */
export function worldPolicy(): PolicyInput {
  const all: readonly Issuer[] = Object.values(issuers);
  return {
    version: 1,
    expects: { issuers: all.filter(({ expected }) => expected).map(({ iss }) => iss) },
    humanRequired: ['payments:payout', 'tool:payments.*'],
    scopes: [{ issuer: issuers.forge.iss, dialect: 'hierarchical', separator: ':', direction: 'prefix' }],
  };
}
