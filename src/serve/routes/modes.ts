import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Detector } from '../../domain/detector.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import { TEXT_CHARS_MAX } from '../../domain/limits.ts';
import { responseModes } from '../../domain/mode.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { BacktestShape, presentBacktest, presentResponseMode, ResponseModeShape } from '../present/mode.ts';
import { problems } from '../problem.ts';
import { id, noQuery } from '../query.ts';

const tags = ['detectors'];
const of = { tags, params: z.strictObject({ id }), querystring: noQuery };

const runSchema = {
  ...of,
  operationId: 'backtestDetector',
  summary: 'What the detector, acting alone, would have done to this tenant in the last 30 days',
  response: { 201: BacktestShape, ...problems(404) },
};

const openSchema = {
  ...of,
  operationId: 'getBacktest',
  summary: 'One backtest; that the caller has opened it is recorded',
  response: { 200: BacktestShape, ...problems(404) },
};

const modeSchema = {
  ...of,
  operationId: 'setResponseMode',
  summary: 'Let a detector be watched, be shown, propose, or act alone after its backtest was looked at',
  body: z.strictObject({
    mode: z.enum(responseModes),
    reason: z.string().trim().min(1).max(TEXT_CHARS_MAX).describe('For whoever asks later why'),
    backtest: id
      .optional()
      .describe('Of `auto` only: a fresh backtest of this detector that an admin has opened'),
  }),
  response: { 200: ResponseModeShape, ...problems(404, 409, 413, 415) },
};

/** What may be done about a detector's findings, and what that would have meant. */
export function modeRoutes({ detectors, modes, backtests, log }: ServeDeps): FastifyPluginAsyncZod {
  const oneAtATime = createOneAtATime();

  function find(detectorId: string): Detector {
    const detector = detectors.find((each) => each.id === detectorId);
    if (detector === undefined) throw new ChainwardenError('NOT_FOUND', 'no detector has this id');
    return detector;
  }

  return async (app) => {
    app.post(
      '/detectors/:id/backtest',
      { config: { access: 'administer' }, schema: runSchema },
      async (request, reply) => {
        const { id: detector, version } = find(request.params.id);
        const { tenant, name: by, id: keyId } = caller(request);
        // Each reads what dozens of plans reach: they wait for one another.
        const backtest = await oneAtATime('', () =>
          backtests.run({ tenant, detector, detectorVersion: version, by, keyId }),
        );
        return reply.code(201).send(presentBacktest({ backtest, looks: [] }));
      },
    );

    app.get('/backtests/:id', { config: { access: 'read' }, schema: openSchema }, async (request) => {
      const { tenant, name: by, id: keyId, role } = caller(request);
      const opened = await backtests.open({ tenant, backtestId: request.params.id, keyId, by, role });
      if (opened === undefined) throw new ChainwardenError('NOT_FOUND', 'no backtest has this id');
      return presentBacktest(opened);
    });

    app.post(
      '/detectors/:id/mode',
      { config: { access: 'administer' }, schema: modeSchema },
      async (request) => {
        const { id: detector, basis } = find(request.params.id);
        const { mode, reason, backtest = '' } = request.body;
        const { tenant, name: by, id: keyId } = caller(request);
        if (mode !== 'auto' && backtest !== '') {
          throw new ChainwardenError('REQUEST_INVALID', 'only auto rests on a backtest');
        }
        if (mode === 'auto' && basis === 'statistical') {
          throw new ChainwardenError('CONFLICT', 'a statistical finding never revokes');
        }
        await modes.change({ tenant, detector, mode, by, keyId, reason, backtestId: backtest });
        log.warn({ tenant, detector, mode, by: keyId }, 'response mode changed');
        return presentResponseMode(modes, tenant, detector);
      },
    );
  };
}
