import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Detector } from '../../domain/detector.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { presentResponseMode } from '../present/mode.ts';
import { DetectorShape, presentDetector } from '../present/other.ts';
import { problems } from '../problem.ts';
import { id, noQuery } from '../query.ts';

const tags = ['detectors'];

const listSchema = {
  operationId: 'listDetectors',
  summary: 'What is looked for, what it covers, how it is set, and whether it is on',
  tags,
  querystring: noQuery,
  response: { 200: z.object({ items: z.array(DetectorShape) }).describe('All of them'), ...problems() },
};

const switchSchema = {
  operationId: 'switchDetector',
  summary: 'Turn a detector off, or on again; answers once that is durable in the log',
  tags,
  params: z.strictObject({ id }),
  querystring: noQuery,
  body: z.strictObject({
    on: z.boolean(),
    reason: z.string().trim().min(1).max(TEXT_CHARS_MAX).describe('For whoever asks later why'),
  }),
  response: { 200: DetectorShape, ...problems(404, 413, 415) },
};

/** The catalogue of detectors and the one switch each has. */
export function detectorRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  const { detectors, switches, oversight, modes, log } = deps;
  const present = (detector: Detector, tenant: string) =>
    presentDetector(
      detector,
      oversight.settings(detector.id),
      switches.state(detector.id),
      presentResponseMode(modes, tenant, detector.id),
    );
  return async (app) => {
    app.get('/detectors', { config: { access: 'read' }, schema: listSchema }, async (request) => ({
      items: detectors.map((detector) => present(detector, caller(request).tenant)),
    }));

    app.post(
      '/detectors/:id/switch',
      { config: { access: 'administer' }, schema: switchSchema },
      async (request) => {
        const detector = detectors.find((each) => each.id === request.params.id);
        if (detector === undefined) throw new ChainwardenError('NOT_FOUND', 'no detector has this id');
        const { on, reason } = request.body;
        // What is so already gets no second reason: the first one is why it came to be.
        if ((switches.state(detector.id)?.on ?? true) !== on) {
          const by = caller(request).id;
          await switches.turn({ detector: detector.id, on, reason, by });
          log.warn({ detector: detector.id, on, by }, 'detector switched');
        }
        return present(detector, caller(request).tenant);
      },
    );
  };
}
