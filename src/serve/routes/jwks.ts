import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServeDeps } from '../deps.ts';
import { noQuery } from '../query.ts';

const KeySet = z
  .object({ keys: z.array(z.record(z.string(), z.unknown())) })
  .meta({ id: 'JwkSet', description: 'RFC 7517, section 5' });

const schema = {
  operationId: 'getJwks',
  summary: 'Public keys with which receivers verify the security event tokens that leave',
  tags: ['operations'],
  querystring: noQuery,
  response: { 200: KeySet },
};

/** Needs no key: whoever is sent a token must be able to verify it. */
export function jwksRoute({ jwks }: Pick<ServeDeps, 'jwks'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/.well-known/jwks.json', { schema }, async () => {
      const keys = (await jwks?.())?.keys ?? [];
      return { keys: keys.map((key) => ({ ...key })) };
    });
  };
}
