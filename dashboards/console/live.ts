import type { FastifyInstance } from 'fastify';
import { allows, type PageAccess, type Sessions } from '../../src/serve/index.ts';
import { visitOf } from './app.ts';

export interface LiveOptions {
  readonly sessions: Sessions;
  readonly access: PageAccess;
}

/** The API's stream for whoever is signed in: a browser's EventSource sends cookies and no other credential. */
export function liveNews(app: FastifyInstance, { sessions, access }: LiveOptions): void {
  app.get('/live', { schema: { hide: true }, config: { quiet: true } }, async (request, reply) => {
    const visit = visitOf(request, sessions);
    if (visit === undefined || !allows(visit.session.key.role, 'read'))
      return reply.code(401).type('text/plain').send('sign in first');
    const { key } = visit.session;
    return access.streams.open(request, reply, {
      tenant: key.tenant,
      keyId: key.id,
      isWelcome: async () => sessions.isOpen(visit.secret) && (await access.isValid(key)),
    });
  });
}
