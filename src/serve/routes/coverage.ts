import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { CoverageShape, ExceptionShape, presentCoverage, presentException } from '../present/coverage.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const tags = ['detectors'];
/** Events are no older than that when they come live. */
const HOURS_MAX = 30 * 24;

const coverageSchema = {
  operationId: 'getCoverage',
  summary: 'What each detector can see of what sources told lately: armed, partial or blind, and why',
  tags,
  querystring: z.strictObject({
    hours: z.coerce.number().int().min(1).max(HOURS_MAX).default(24).describe('How far back, by event time'),
  }),
  response: { 200: CoverageShape, ...problems() },
};

const exceptionsSchema = {
  operationId: 'listExceptions',
  summary: 'Exceptions of the policy in force, whether each still is one, and how often it was applied',
  tags,
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(ExceptionShape) }).describe('All of them'), ...problems() },
};

/** What detection does not say: because it cannot see it, or because policy does not want to be told. */
export function coverageRoutes({ oversight }: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/coverage', { config: { access: 'read' }, schema: coverageSchema }, async (request) =>
      presentCoverage(await oversight.coverage(caller(request).tenant, request.query.hours)),
    );

    app.get('/exceptions', { config: { access: 'read' }, schema: exceptionsSchema }, async (request) => ({
      items: (await oversight.exceptions(caller(request).tenant)).map(presentException),
    }));
  };
}
