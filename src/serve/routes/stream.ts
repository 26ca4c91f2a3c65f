import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { Keyring } from '../auth/keyring.ts';
import type { Sessions } from '../auth/sessions.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';
import type { Streams } from '../stream.ts';

const schema = {
  operationId: 'streamNews',
  summary: 'That something changed in the tenant of the key, as server-sent events',
  description:
    'Events named `news` carry `topic` (alerts, incidents, responses, chains, health, policy) and where known `id`, `version`, ' +
    '`severity` and `state`: look there. Without an `id` very much of that topic changed at once. `Last-Event-ID` ' +
    'brings what was missed; `reset` says that this is not known any more. `closed` gives the reason of an end.',
  tags: ['operations'],
  querystring: noQuery,
  response: {
    200: {
      description: 'Until either side ends it',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems(),
  },
};

/** One stream for all that a client may want to look at again. */
export function streamRoutes(
  streams: Streams,
  keyring: Pick<Keyring, 'isValid'>,
  sessions: Sessions | undefined,
): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/stream', { config: { access: 'read', quiet: true }, schema }, (request, reply) => {
      const key = caller(request);
      const [, secret] = /^Session +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      streams.open(request, reply, {
        tenant: key.tenant,
        keyId: key.id,
        isWelcome: async () =>
          (secret === undefined || sessions?.isOpen(secret) === true) && (await keyring.isValid(key)),
      });
    });
  };
}
