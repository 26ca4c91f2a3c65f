import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type ApiKey, roles } from '../../domain/access.ts';
import type { AuditDraft } from '../../domain/audit.ts';
import { auditId } from '../../domain/audit-of.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { LIST_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { Keyring } from '../auth/keyring.ts';
import { createApiKey } from '../auth/keys.ts';
import type { ServeDeps } from '../deps.ts';
import { ApiKeyShape, presentApiKey } from '../present/other.ts';
import { problems } from '../problem.ts';
import { id, noQuery } from '../query.ts';

const administer = { config: { access: 'administer' } } as const;
const tags = ['keys'];

const NewKey = z
  .strictObject({
    name: z.string().trim().min(1).max(128),
    role: z.enum(roles),
    issuers: z
      .union([z.literal('*'), z.array(id).min(1).max(LIST_MAX)])
      .optional()
      .describe('Publishers only: the issuers it may speak for, or * for any'),
  })
  .refine((key) => (key.role === 'publisher') === (key.issuers !== undefined), {
    path: ['issuers'],
    message: 'a publisher names its issuers, or "*"; other roles name none',
  });

const NewKeyAnswer = z.object({ key: ApiKeyShape, text: z.string().describe('What the holder sends') });

const createSchema = {
  operationId: 'createKey',
  summary: 'Create an API key; its text is shown this once',
  tags,
  querystring: noQuery,
  body: NewKey,
  response: { 201: NewKeyAnswer.describe('Created'), ...problems(413, 415) },
};

const listSchema = {
  operationId: 'listKeys',
  summary: 'API keys, without anything that could be used',
  tags,
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(ApiKeyShape) }).describe('All of them'), ...problems() },
};

const disableSchema = {
  operationId: 'disableKey',
  summary: 'Disable an API key; it stays listed',
  tags,
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: { 200: ApiKeyShape, ...problems(404, 409) },
};

/** API keys of the administrator's own tenant. */
export function keyRoutes({ audit, clock }: ServeDeps, keyring: Keyring): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/keys', { ...administer, schema: createSchema }, async (request, reply) => {
      const { name, role } = request.body;
      const issuers = request.body.issuers ?? (role === 'admin' ? '*' : []);
      const { tenant } = caller(request);
      const { key, text } = createApiKey({ name, role, tenant, issuers, nowMs: clock() });
      await audit?.append([auditOfKey(key, caller(request), clock())]);
      await keyring.write(key);
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ key: presentApiKey(key), text });
    });

    app.get('/keys', { ...administer, schema: listSchema }, async (request) => ({
      items: (await keyring.list(caller(request).tenant)).map(presentApiKey),
    }));

    app.delete('/keys/:id', { ...administer, schema: disableSchema }, async (request) => {
      const own = caller(request);
      const key = (await keyring.list(own.tenant)).find((each) => each.id === request.params.id);
      if (key === undefined) throw new ChainwardenError('NOT_FOUND', 'no key has this id');
      // Otherwise the last administrator could lock everyone out by one mistake.
      if (key.id === own.id) throw new ChainwardenError('CONFLICT', 'a key cannot disable itself');
      const disabled = { ...key, disabled: true };
      await audit?.append([auditOfKey(disabled, own, clock())]);
      await keyring.write(disabled);
      return presentApiKey(disabled);
    });
  };
}

/** Who may approve what is decided here: it is told like what they approve. */
function auditOfKey(
  { tenant, id: keyId, name, role, issuers, disabled }: ApiKey,
  by: ApiKey,
  atMs: number,
): AuditDraft {
  return {
    tenant,
    id: auditId('key.changed', [tenant, keyId, String(disabled)]),
    kind: 'key.changed',
    atMs,
    actor: by.name,
    subjectId: keyId,
    about: [by.id],
    body: { name, role, issuers, disabled },
  };
}
