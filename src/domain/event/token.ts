import * as z from 'zod';
import { LIST_MAX } from '../limits.ts';
import {
  Act,
  AuthorizationDetail,
  audiences,
  Cnf,
  common,
  id,
  numericDate,
  Principal,
  scopes,
  TokenRef,
  text,
} from './primitives.ts';

const expiry = z.union([numericDate, z.null()]);

/** What an issuer says of a token it minted, whatever the grant. */
const minted = {
  ...common,
  token: TokenRef,
  tokenKind: id,
  grant: id,
  subject: Principal,
  scope: scopes,
  iat: numericDate,
  /** null: the token never expires. */
  exp: expiry,
  client: id.optional(),
  actor: Principal.optional(),
  act: Act.optional(),
  mayAct: Act.optional(),
  aud: audiences.optional(),
  nbf: numericDate.optional(),
  cnf: Cnf.optional(),
  family: id.optional(),
  /** The sign-in session that it ends with. */
  session: id.optional(),
  authorizationDetails: z.array(AuthorizationDetail).max(LIST_MAX).optional(),
  maxUses: z.int().min(1).max(1_000_000).optional(),
};

export const tokenEvents = [
  z.strictObject({
    type: z.literal('token.issued'),
    ...minted,
    parents: z.array(TokenRef).max(LIST_MAX).optional(),
  }),
  z.strictObject({
    type: z.literal('token.exchanged'),
    ...minted,
    parents: z.array(TokenRef).min(1).max(LIST_MAX),
    actorToken: TokenRef.optional(),
    requestedScope: scopes.optional(),
    requestedAudience: audiences.optional(),
  }),
  z.strictObject({
    type: z.literal('token.refreshed'),
    ...common,
    token: TokenRef,
    previous: TokenRef,
    family: id,
    iat: numericDate,
    exp: expiry,
    scope: scopes.optional(),
    client: id.optional(),
  }),
  z.strictObject({
    type: z.literal('token.introspected'),
    ...common,
    token: TokenRef,
    active: z.boolean(),
    by: id,
    scope: scopes.optional(),
    exp: expiry.optional(),
  }),
  z
    .strictObject({
      type: z.literal('token.revoked'),
      ...common,
      token: TokenRef.optional(),
      family: id.optional(),
      subject: Principal.optional(),
      by: id.optional(),
      reason: text.optional(),
      cascade: z.boolean().optional(),
    })
    .refine(
      (value) => [value.token, value.family, value.subject].filter((part) => part !== undefined).length === 1,
      'exactly one of token, family or subject',
    ),
  z.strictObject({
    type: z.literal('token.rejected'),
    ...common,
    error: id,
    by: id,
    token: TokenRef.optional(),
    reason: z.enum(['expired', 'reuse', 'aud', 'scope', 'dpop']).optional(),
  }),
] as const;
