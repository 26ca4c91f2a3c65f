import * as z from 'zod';
import {
  ID_CHARS_MAX,
  LIST_MAX,
  POLICY_ROWS_MAX,
  SCOPE_CHARS_MAX,
  SCOPE_IMPLIED_MAX,
  SCOPE_IMPLYING_MAX,
  SCOPE_RULES_MAX,
} from '../limits.ts';
import { circleOf } from './closure.ts';

const pattern = z.string().min(1).max(ID_CHARS_MAX);
const grant = z.string().min(1).max(SCOPE_CHARS_MAX);
const member = z.string().min(1).max(128);

/** Grant to what it implies. Transitively closed when it is read; a circle would make its members one grant. */
const Implies = z.record(grant, z.array(grant).max(SCOPE_IMPLIED_MAX)).superRefine((implies, context) => {
  if (Object.keys(implies).length > SCOPE_IMPLYING_MAX) {
    context.addIssue({ code: 'custom', message: `at most ${SCOPE_IMPLYING_MAX} grants may imply others` });
  }
  if (Object.values(implies).flat().length > SCOPE_IMPLIED_MAX) {
    context.addIssue({ code: 'custom', message: `at most ${SCOPE_IMPLIED_MAX} implications` });
  }
  const circle = circleOf(implies);
  if (circle !== undefined) {
    context.addIssue({ code: 'custom', message: `implications run in a circle: ${circle.join(' -> ')}` });
  }
});

/** Whose grants: an issuer's, or those of one issuer for the audiences that the pattern names. First match wins. */
const whose = {
  issuer: pattern,
  /** Tokens whose audiences all fit. Their grants are a namespace of their own: `mappings` lead in and out. */
  audience: pattern.optional(),
};

/** How one member of an authorization detail narrows: what the child may say when the parent says something. */
const MemberRule = z.enum(['subset', 'equal', 'max', 'min', 'ignore']);

/** A scope dialect: how two grants of one namespace are compared. */
export const ScopeRule = z.discriminatedUnion('dialect', [
  z.strictObject({ ...whose, dialect: z.literal('exact') }),
  z.strictObject({
    ...whose,
    dialect: z.literal('hierarchical'),
    /** What separates the segments. */
    separator: z.string().min(1).max(3).default(':'),
    /** `repo` covers `repo:read` (prefix), or `repo` covers `read:repo` (suffix). */
    direction: z.enum(['prefix', 'suffix']).default('prefix'),
  }),
  /** `*` stands for any run of characters, `?` for one. */
  z.strictObject({ ...whose, dialect: z.literal('glob') }),
  /** `service:Action`, or `service:Action@resource`; wildcards in both, the action in any case. */
  z.strictObject({ ...whose, dialect: z.literal('iam') }),
  z.strictObject({
    ...whose,
    dialect: z.literal('url'),
    /** A built-in table, beside `implies`. */
    table: z.enum(['google', 'none']).default('google'),
    implies: Implies.default({}),
  }),
  z.strictObject({
    ...whose,
    dialect: z.literal('msgraph'),
    /** Delegated (scp) and application (roles) permissions are different grants; `by-grant`: the grant type tells. */
    permissions: z.enum(['by-grant', 'delegated', 'application']).default('by-grant'),
  }),
  z.strictObject({
    ...whose,
    dialect: z.literal('rar'),
    /** By `type` of the detail: what its own members mean, beside the common ones of RFC 9396 section 2.2. */
    types: z
      .record(
        z.string().min(1).max(ID_CHARS_MAX),
        z.strictObject({
          members: z
            .record(member, MemberRule)
            .refine((members) => Object.keys(members).length <= LIST_MAX, `at most ${LIST_MAX} members`)
            .default({}),
          /** What a detail without a member says of it: anything, or what only its issuer knows. */
          omitted: z.enum(['anything', 'unknown']).default('unknown'),
        }),
      )
      .refine((types) => Object.keys(types).length <= SCOPE_RULES_MAX, `at most ${SCOPE_RULES_MAX} types`)
      .default({}),
  }),
  /** `verb:group/resource[/subresource][#name][@namespace]`; an empty group is the core one, `*` stands for all. */
  z.strictObject({ ...whose, dialect: z.literal('kubernetes') }),
  z.strictObject({ ...whose, dialect: z.literal('table'), implies: Implies }),
]);
export type ScopeRule = z.infer<typeof ScopeRule>;

const place = { issuer: pattern, audience: pattern.optional(), scope: grant };

/** The sections of policy that say how authority is compared. */
export const scopeSections = {
  /** Dialects by issuer and audience; opaque strings (RFC 6749 section 3.3) where no rule fits. */
  scopes: z.array(ScopeRule).max(SCOPE_RULES_MAX).default([]),
  /** Whoever holds `from` may hold `to` of another namespace. Without a mapping, two namespaces are incomparable. */
  mappings: z
    .array(z.strictObject({ from: z.strictObject(place), to: z.strictObject(place) }))
    .max(POLICY_ROWS_MAX)
    .default([]),
  /** What grants of an issuer imply beside what its dialect says. First match wins. */
  implications: z
    .array(z.strictObject({ ...whose, implies: Implies }))
    .max(SCOPE_RULES_MAX)
    .default([]),
  /** Harm of grants by name, where it is more than their effect gives away; the highest that fits counts. */
  scopeWeights: z
    .array(z.strictObject({ scope: pattern, weight: z.number().min(0).max(1_000) }))
    .max(POLICY_ROWS_MAX)
    .default([]),
};

export const ScopeRules = z.strictObject(scopeSections);
export type ScopeRules = z.infer<typeof ScopeRules>;
