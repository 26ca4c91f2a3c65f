import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { EVENT_BYTES_MAX } from '../../domain/limits.ts';
import { setErrors } from '../../domain/security-event.ts';
import type { ServeDeps } from '../deps.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const SET_TYPE = 'application/secevent+jwt';

const SetRefusal = z
  .object({ err: z.enum(setErrors), description: z.string() })
  .meta({ id: 'SetRefusal', description: 'RFC 8935 section 2.3: why the token was not taken' });

/** Where transmitters of shared signals push their tokens. The token's signature is what admits them, not a key. */
export function securityEventRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      SET_TYPE,
      { parseAs: 'string', bodyLimit: EVENT_BYTES_MAX },
      async (_: FastifyRequest, body: string) => body,
    );
    const { rates } = deps.config;
    const perMinute = { timeWindow: 60_000, keyGenerator: ({ ip }: FastifyRequest) => ip };
    const refused = app.createRateLimit({ ...perMinute, max: rates.failedAuth });
    const all = app.createRateLimit({ ...perMinute, max: rates.events });

    app.post(
      '/events',
      {
        bodyLimit: EVENT_BYTES_MAX,
        onRequest: async (request) => {
          refuseAbove(await refused(request, { increment: false }));
          refuseAbove(await all(request));
        },
        schema: {
          operationId: 'receiveSecurityEvent',
          summary:
            'Take a security event token (RFC 8935) of a configured transmitter; answers once it is durable',
          tags: ['events'],
          consumes: [SET_TYPE],
          querystring: noQuery,
          body: z.string().max(EVENT_BYTES_MAX).describe('RFC 8417, signed, in compact form'),
          response: {
            202: z.literal('').describe('Taken'),
            ...withoutKeys(problems(413, 415)),
            400: SetRefusal,
          },
        },
      },
      async (request, reply) => {
        const answer = await deps.securityEvents.receive(request.body);
        if (answer.taken) return reply.code(202).serializer(String).send('');
        await refused(request);
        const { err, description } = answer;
        return reply.code(400).header('content-language', 'en').send({ err, description });
      },
    );
  };
}

/** Nobody is asked for one. */
function withoutKeys({ 401: _, 403: __, ...others }: ReturnType<typeof problems>) {
  return others;
}

type Limit = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function refuseAbove(limit: Limit): void {
  if (limit.isAllowed || !limit.isExceeded) return;
  const retryAfterSeconds = Math.max(1, limit.ttlInSeconds);
  throw new ChainwardenError('TOO_MANY_REQUESTS', 'too many security events from this address', {
    detail: { retryAfterSeconds },
  });
}
