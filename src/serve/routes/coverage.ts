import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { CoverageShape, ExceptionShape, presentCoverage, presentException } from '../present/coverage.ts';
import { NoiseShape, presentNoise } from '../present/operations.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';

const tags = ['detectors'];
/** Events are no older than that when they come live. */
const HOURS_MAX = 30 * 24;
const NOISE_DAYS_MAX = 90;
const DAY_MS = 86_400_000;

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

const noiseSchema = {
  operationId: 'listNoise',
  summary: 'How much each detector said lately, and how much of it people closed as nothing',
  tags,
  querystring: z.strictObject({
    days: z.coerce.number().int().min(1).max(NOISE_DAYS_MAX).default(7).describe('By last occurrence'),
  }),
  response: {
    200: z.object({ items: z.array(NoiseShape) }).describe('One for each detector'),
    ...problems(),
  },
};

/** What detection does not say: because it cannot see it, or because policy does not want to be told. */
export function coverageRoutes({
  oversight,
  operations,
  detectors,
  clock,
}: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/coverage', { config: { access: 'read' }, schema: coverageSchema }, async (request) =>
      presentCoverage(await oversight.coverage(caller(request).tenant, request.query.hours)),
    );

    app.get('/exceptions', { config: { access: 'read' }, schema: exceptionsSchema }, async (request) => ({
      items: (await oversight.exceptions(caller(request).tenant)).map(presentException),
    }));

    app.get('/detectors/noise', { config: { access: 'read' }, schema: noiseSchema }, async (request) => {
      const sinceMs = clock() - request.query.days * DAY_MS;
      const { counts, reasons } = await operations.alertCounts({ tenant: caller(request).tenant, sinceMs });
      return { items: detectors.map(({ id }) => presentNoise(id, counts, reasons)) };
    });
  };
}
