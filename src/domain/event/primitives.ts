import * as z from 'zod';
import {
  ACT_DEPTH_MAX,
  ID_CHARS_MAX,
  LIST_MAX,
  MAP_ENTRIES_MAX,
  SCOPE_CHARS_MAX,
  SCOPES_MAX,
  TEXT_CHARS_MAX,
} from '../limits.ts';

/** Publishes a schema under a name, so that JSON Schema and AsyncAPI refer to it instead of repeating it. */
export const schemaRegistry = z.registry<{ id: string }>();

function named<T extends z.ZodType>(id: string, schema: T): T {
  schemaRegistry.add(schema, { id });
  return schema;
}

export const id = z.string().min(1).max(ID_CHARS_MAX);
export const text = z.string().max(TEXT_CHARS_MAX);
/** RFC 7519 NumericDate: seconds since the epoch, a fraction allowed; the upper bound is the year 2200. */
export const numericDate = z.number().min(0).max(7_258_118_400);
export const scopes = z.array(z.string().min(1).max(SCOPE_CHARS_MAX)).max(SCOPES_MAX);
export const audiences = z.array(id).max(LIST_MAX);
export const instant = z.iso.datetime({ offset: true });

const comparable = z.union([
  z.string().max(TEXT_CHARS_MAX),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(ID_CHARS_MAX)).max(LIST_MAX),
]);
export const smallMap = z
  .record(z.string().min(1).max(128), comparable)
  .refine((value) => Object.keys(value).length <= MAP_ENTRIES_MAX, `at most ${MAP_ENTRIES_MAX} members`);

/** `sha256:` and the base64url digest (43 characters); hexadecimal is accepted and normalised by admission. */
export const sha256 = z.string().regex(/^sha256:(?:[A-Za-z0-9_-]{43}|[0-9a-fA-F]{64})$/);

/** A credential by reference, never by value: issuer and jti, or a hash, or both. */
export const TokenRef = named(
  'TokenRef',
  z.union([z.strictObject({ iss: id, jti: id, hash: sha256.optional() }), z.strictObject({ hash: sha256 })]),
);
export type TokenRef = z.infer<typeof TokenRef>;

export const principalKinds = [
  'human',
  'agent',
  'orchestrator',
  'service',
  'workload',
  'system',
  'unknown',
] as const;

export const Principal = named(
  'Principal',
  z.strictObject({
    id,
    iss: id.optional(),
    kind: z.enum(principalKinds),
    name: text.optional(),
    tenant: id.optional(),
    owner: id.optional(),
  }),
);
export type Principal = z.infer<typeof Principal>;

/** The RFC 8693 section 4.1 actor claim: the outermost member is the current actor, inner ones are history. */
export interface Act {
  sub: string;
  iss?: string | undefined;
  act?: Act | undefined;
}

/**
 * Written out to the depth cap instead of referring to itself: a schema with a cycle cannot be compiled
 * (2.3 us more on every token and call event), and so the published schema states the cap.
 */
function nestedAct(depth: number): z.ZodType<Act> {
  const actor = { sub: id, iss: id.optional() };
  return depth === 1
    ? z.strictObject(actor)
    : z.strictObject({ ...actor, act: nestedAct(depth - 1).optional() });
}

export const Act = named('Act', nestedAct(ACT_DEPTH_MAX));

export const Task = named('Task', z.strictObject({ id, purpose: text.optional() }));

export const Cnf = named('Cnf', z.strictObject({ jkt: id.optional(), x5t: id.optional() }));

/** What the caller proved possession of: the key's thumbprint and the id of the proof itself. */
export const Sender = named(
  'Sender',
  z.strictObject({ jkt: id.optional(), x5t: id.optional(), jti: id.optional() }),
);

/** The facts that an approval and an action can be compared by. An allow-list: nothing else is kept. */
export const Facts = named(
  'Facts',
  z.strictObject({
    amount: z.union([z.number(), z.string().max(64)]).optional(),
    currency: id.optional(),
    fields: z.array(id).max(LIST_MAX).optional(),
    rows: z.int().min(0).optional(),
    bytes: z.int().min(0).optional(),
    environment: id.optional(),
    repository: text.optional(),
    record: text.optional(),
    /** Said by our adapters only: the platform itself acted. Admission refuses it from a publisher. */
    platform: z.boolean().optional(),
  }),
);

export const Tool = named(
  'Tool',
  z.strictObject({
    name: id,
    server: id.optional(),
    annotations: smallMap.optional(),
    /** Digest of the definition (name, description, schema) that the caller was shown. */
    definitionHash: sha256.optional(),
  }),
);

export const effects = ['read', 'write', 'delete', 'admin', 'unknown'] as const;
export type Effect = (typeof effects)[number];

export const Target = named(
  'Target',
  z.strictObject({ system: id, resource: text.optional(), kind: id.optional() }),
);

/** What the resource server read in the credential that it verified: issuer facts without an issuer feed. */
export const Presented = named(
  'Presented',
  z.strictObject({
    iat: numericDate.optional(),
    exp: z.union([numericDate, z.null()]).optional(),
    nbf: numericDate.optional(),
    aud: audiences.optional(),
    scope: scopes.optional(),
    client: id.optional(),
    act: Act.optional(),
    cnf: Cnf.optional(),
  }),
);

export type Presented = z.infer<typeof Presented>;

/** RFC 9396: objects with a type; their members are compared only by dialects that know the type. */
export const AuthorizationDetail = named(
  'AuthorizationDetail',
  z
    .looseObject({ type: id })
    .refine((value) => JSON.stringify(value).length <= 4_096, 'at most 4096 characters'),
);

export const Binding = named(
  'ApprovalBinding',
  z.strictObject({
    action: id,
    target: text.optional(),
    argsHash: sha256.optional(),
    actor: id.optional(),
    facts: Facts.optional(),
  }),
);

/** Common to every event's data. Unknown members are an error: a typo must not become silence. */
export const common = {
  v: z.literal(1),
  tenant: id.optional(),
  outcome: z.enum(['success', 'denied', 'failure']).optional(),
  txn: id.optional(),
  chainHint: id.optional(),
  task: Task.optional(),
  source: z
    .strictObject({
      adapter: id.optional(),
      ip: id.optional(),
      userAgent: text.optional(),
      rawRef: text.optional(),
    })
    .optional(),
  observedAt: instant.optional(),
  observer: z
    .strictObject({ id, role: z.enum(['issuer', 'client', 'gateway', 'resource', 'tool-server']).optional() })
    .optional(),
  httpRequestId: id.optional(),
  approvalId: id.optional(),
  facts: Facts.optional(),
  credentialSource: z.strictObject({ manager: id, path: text.optional() }).optional(),
};
