import * as z from 'zod';
import { common, id, instant, Principal, TokenRef } from './primitives.ts';

/** What is admitted under this adapter is our own word: no transport and no format of a file bears its name. */
export const OWN_ADAPTER = 'chainwarden';
/** CloudEvents `source` of our own records. Nobody else may use it, or they could take our ids before us. */
export const OWN_SOURCE = 'urn:chainwarden:responses';

const recordedStates = ['requested', 'confirmed', 'unconfirmed', 'undone'] as const;

/** What Chainwarden itself did about a credential: whatever can change a finding is in the log. */
export const ownEvents = [
  z
    .strictObject({
      type: z.literal('response.recorded'),
      ...common,
      token: TokenRef.optional(),
      family: id.optional(),
      /** Issuer of the family: two issuers may call theirs the same. */
      iss: id.optional(),
      subject: Principal.optional(),
      /** Of a subject: what was minted later is not meant. */
      cutOff: instant.optional(),
      response: id,
      state: z.enum(recordedStates),
      connector: id.optional(),
    })
    .refine(
      (value) => [value.token, value.family, value.subject].filter((part) => part !== undefined).length === 1,
      'exactly one of token, family or subject',
    ),
] as const;
