import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { DenyRow } from '../../domain/deny-list.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { Instant, instant, presentToken, TokenSummary } from '../present/common.ts';
import { problems } from '../problem.ts';

const EntryShape = z.object({
  token: TokenSummary,
  until: Instant.optional().describe('Forget it then; absent: keep it until it is taken back'),
  since: Instant,
});

const DenyListShape = z
  .object({
    cursor: z.string().describe('Ask for what changes after this: ?since='),
    complete: z.boolean().describe('True: these are all entries, and replace what you know'),
    entries: z.array(EntryShape),
    removed: z.array(TokenSummary).describe('Taken back before their time'),
  })
  .meta({ id: 'DenyList', description: 'Credentials to refuse, whatever their signature says' });

const schema = {
  operationId: 'getDenyList',
  summary: 'Credentials that gateways are to refuse; poll it with If-None-Match and since',
  tags: ['gateways'],
  querystring: z.strictObject({
    since: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional()
      .describe('`cursor` of the answer before'),
  }),
  response: {
    200: DenyListShape,
    304: {
      description: 'Nothing changed; entries end by their own time',
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems(),
  },
};

/** What an edge needs to refuse a self-contained token at once, without ever knowing one that it was not shown. */
export function denyListRoute({ denyList }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/deny-list', { config: { access: 'evaluate', quiet: true }, schema }, async (request, reply) => {
      const { since } = request.query;
      const { tenant } = caller(request);
      const known = since === undefined ? undefined : Number(since);
      const changes = denyList.changes(tenant, known);
      const etag = `"${changes.version}-${since ?? ''}"`;
      reply.header('etag', etag).header('cache-control', 'private, no-cache');
      if (request.headers['if-none-match'] === etag) return reply.code(304).serializer(String).send('');
      return {
        cursor: String(changes.version),
        complete: changes.isWhole,
        entries: changes.entries.map(presentEntry),
        removed: changes.removed.map(({ ref }) => presentToken(ref)),
      };
    });
  };
}

function presentEntry({ ref, untilMs, atMs }: DenyRow): z.infer<typeof EntryShape> {
  return {
    token: presentToken(ref),
    until: untilMs === null ? undefined : instant(untilMs),
    since: instant(atMs),
  };
}
