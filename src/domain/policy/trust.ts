import * as z from 'zod';
import { POLICY_ROWS_MAX } from '../limits.ts';
import { pattern, patterns, seconds } from './primitives.ts';

const name = z.string().min(1).max(256);
/** Lifetimes by token kind: the first pattern that fits counts. */
const Lifetime = z.strictObject({ kinds: patterns.min(1), maxSeconds: seconds.min(1) });

export const trust = {
  trust: z
    .strictObject({
      /** Nobody else's tokens are accepted; empty: anybody's are. */
      issuers: patterns.default([]),
      /** Credentials from which chains may start: over principals' ids; empty: any. */
      roots: patterns.default([]),
      /** Issuers that trust each other without a federation hop (V43). */
      domains: z
        .array(z.strictObject({ name, issuers: patterns.min(1) }))
        .max(POLICY_ROWS_MAX)
        .default([]),
      /** Grants by which one domain accepts what another one issued. */
      federationGrants: patterns.default([
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:saml2-bearer',
        'urn:ietf:params:oauth:token-type:id-jag',
        'AssumeRoleWithWebIdentity',
        'AssumeRoleWithSAML',
      ]),
      /** Whom a principal may delegate to (V12): the first row that fits the subject counts; none: anybody. */
      delegates: z
        .array(z.strictObject({ from: pattern, to: patterns }))
        .max(POLICY_ROWS_MAX)
        .default([]),
    })
    .prefault({}),
  /** Which audiences stand for a system (V20); the first row that fits the system counts. */
  audiences: z
    .array(
      z.strictObject({
        system: pattern,
        audiences: patterns.min(1),
        /** Clients, or actors' ids, that may get tokens for it (V06); absent: anybody. */
        askedBy: patterns.optional(),
      }),
    )
    .max(POLICY_ROWS_MAX)
    .default([]),
  lifetimes: z
    .strictObject({
      /** The first row that fits the token's kind counts; none: a day. */
      max: z.array(Lifetime).max(POLICY_ROWS_MAX).default([]),
      /** A static credential that a machine still uses after so many days is a standing secret (R37, R65). */
      standingDays: z.int().min(1).max(3_650).default(90),
      /** Kinds that may outlive what they were made from: a transaction token outlives the request's. */
      mayOutlive: patterns.default(['txn_token', 'urn:ietf:params:oauth:token-type:txn_token']),
      /** A token is good only while all above it are. */
      conjunctive: z.boolean().default(false),
      /** A privilege may be held so much longer than the task that needed it. */
      privilegeGraceSeconds: seconds.default(900),
    })
    .prefault({}),
  depth: z
    .strictObject({
      /** Hops from the root. Keycloak stops at 8 actors. */
      max: z.int().min(1).max(64).default(8),
      /** How often a transaction token may be replaced (V37). */
      replacements: z.int().min(1).max(1_000).default(10),
    })
    .prefault({}),
  replay: z
    .strictObject({
      /** A client that lost the answer may refresh again within it (RFC 9700 section 4.14). */
      refreshGraceSeconds: seconds.default(30),
    })
    .prefault({}),
  /** Names of the same principal: ids, or `<issuer> <id>`. */
  aliases: z.array(z.array(name).min(2).max(64)).max(POLICY_ROWS_MAX).default([]),
  /** Principals whose authority is never taken automatically. */
  protected: z.strictObject({ principals: patterns.default([]) }).prefault({}),
  /** Credentials that nobody may ever use: jtis, hashes or principals' ids. */
  canaries: z
    .strictObject({
      tokens: z.array(name).max(POLICY_ROWS_MAX).default([]),
      principals: patterns.default([]),
    })
    .prefault({}),
};
