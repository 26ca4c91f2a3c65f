import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { ServeDeps } from '../deps.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

export const RequirementShape = z
  .object({
    id: z.string().describe('R by the concepts, V by the standards'),
    asks: z.string(),
    detectors: z.array(z.string()).describe('Those that cover it'),
    elsewhere: z.string().optional().describe('Another part of the product that does it'),
    uncovered: z.string().optional().describe('Why nothing does'),
    partly: z.string().optional().describe('What of it is covered, when it is not all'),
  })
  .meta({ id: 'Requirement', description: 'What is asked for, and what answers it' });

const schema = {
  operationId: 'listRequirements',
  summary: 'What the concepts and the standards ask for, and which detectors answer it',
  tags: ['detectors'],
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(RequirementShape) }).describe('All of them'), ...problems() },
};

/** Coverage as it was shipped; whether a detector sees anything here is `/v1/coverage`. */
export function requirementRoutes({ concepts, detectors }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/requirements', { config: { access: 'read' }, schema }, async () => ({
      items: concepts.map((concept) => ({
        ...concept,
        detectors: detectors.filter(({ covers }) => covers.includes(concept.id)).map(({ id }) => id),
      })),
    }));
  };
}
