import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { type Hunt, huntFilters, huntSubjects } from '../../domain/hunting.ts';
import { deterministicId } from '../../domain/ids.ts';
import { HUNTS_MAX, TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { Instant, instant } from '../present/common.ts';
import { problems } from '../problem.ts';
import { id, noQuery } from '../query.ts';

const read = { config: { access: 'read' } } as const;
const triage = { config: { access: 'triage' } } as const;
const tags = ['hunts'];

const filters = z
  .partialRecord(z.enum(huntFilters), z.string().min(1).max(TEXT_CHARS_MAX))
  .describe('What is asked for, by the names that the addresses of the console bear');

const HuntShape = z
  .object({
    id: z.string(),
    name: z.string(),
    of: z.enum(huntSubjects),
    filters,
    savedAt: Instant,
  })
  .meta({ id: 'Hunt', description: 'A question that a person keeps under a name' });

const NewHunt = z.strictObject({
  name: z.string().trim().min(1).max(128).describe('A hunt of the same name is replaced'),
  of: z.enum(huntSubjects),
  filters,
});

const listSchema = {
  operationId: 'listHunts',
  summary: 'Hunts that the caller keeps, by name',
  tags,
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(HuntShape) }).describe('All of them'), ...problems() },
};

const saveSchema = {
  operationId: 'saveHunt',
  summary: 'Keep a hunt under a name',
  tags,
  querystring: noQuery,
  body: NewHunt,
  response: { 201: HuntShape, ...problems(409, 413, 415) },
};

const removeSchema = {
  operationId: 'removeHunt',
  summary: 'Forget a hunt',
  tags,
  params: z.strictObject({ id }),
  querystring: noQuery,
  response: { 200: HuntShape, ...problems(404) },
};

/** Hunts of the caller: of one person in one tenant, seen by nobody else. */
export function huntRoutes({ store, clock }: ServeDeps): FastifyPluginAsyncZod {
  const oneAtATime = createOneAtATime();

  return async (app) => {
    app.get('/hunts', { ...read, schema: listSchema }, async (request) => {
      const { tenant, id: owner } = caller(request);
      return { items: (await store.hunts(tenant, owner)).map(present) };
    });

    app.post('/hunts', { ...triage, schema: saveSchema }, async (request, reply) => {
      const { tenant, id: owner } = caller(request);
      const { name, of, filters: asked } = request.body;
      const saved = { tenant, owner, id: deterministicId('hnt', [tenant, owner, name]), name, of };
      const hunt: Hunt = { ...saved, filters: asked, atMs: clock(), removed: false };
      await oneAtATime(owner, async () => {
        const others = (await store.hunts(tenant, owner)).filter((each) => each.id !== hunt.id);
        if (others.length >= HUNTS_MAX)
          throw new ChainwardenError(
            'CONFLICT',
            `nobody keeps more than ${HUNTS_MAX} hunts; forget one first`,
          );
        await store.writeHunt(hunt);
      });
      return reply.code(201).send(present(hunt));
    });

    app.delete('/hunts/:id', { ...triage, schema: removeSchema }, async (request) => {
      const { tenant, id: owner } = caller(request);
      return oneAtATime(owner, async () => {
        const hunt = (await store.hunts(tenant, owner)).find((each) => each.id === request.params.id);
        if (hunt === undefined) throw new ChainwardenError('NOT_FOUND', 'no hunt of yours has this id');
        await store.writeHunt({ ...hunt, removed: true, atMs: clock() });
        return present(hunt);
      });
    });
  };
}

function present({ id: huntId, name, of, filters: asked, atMs }: Hunt): z.infer<typeof HuntShape> {
  return { id: huntId, name, of, filters: { ...asked }, savedAt: instant(atMs) };
}
