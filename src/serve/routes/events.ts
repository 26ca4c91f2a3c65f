import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { DeadLetter } from '../../domain/dead-letter.ts';
import { ChainwardenError } from '../../domain/errors.ts';
import type { AdmittedEvent } from '../../domain/event/index.ts';
import { BODY_BYTES_MAX } from '../../domain/limits.ts';
import { caller } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { createPatience } from '../patience.ts';
import { problems, Refusal, sendProblem } from '../problem.ts';
import { noQuery } from '../query.ts';
import { eventTypes, readEvents } from '../read-events.ts';

const Intake = z
  .object({
    accepted: z.int().min(0).describe('Events that are durable in the log'),
    refused: z.array(Refusal).describe('Messages that became dead letters'),
  })
  .meta({ id: 'Intake', description: 'What became of the events of one request' });

const errors = problems(413, 415, 422);
const tags = ['events'];

interface Admissions {
  readonly events: readonly AdmittedEvent[];
  readonly letters: readonly DeadLetter[];
  readonly refused: Refusal[];
}

/** Intake: one event, a batch, or lines; each is admitted by itself, so that a bad one never costs its neighbours. */
export function eventRoutes(deps: ServeDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      [...eventTypes],
      { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
      async (_: FastifyRequest, body: Buffer) => body,
    );

    const patience = createPatience();
    app.addHook('preClose', async () => patience.hurry());

    const common = { bodyLimit: BODY_BYTES_MAX, config: { access: 'publish', rate: 'events' } } as const;

    app.post(
      '/events',
      {
        ...common,
        schema: {
          operationId: 'publishEvents',
          summary: 'Publish events; answers once they are durable in the log',
          tags,
          querystring: noQuery,
          response: { 202: Intake, ...errors },
        },
      },
      async (request, reply) => {
        const { events, letters, refused } = admitAll(deps, request);
        const wait = patience.begin(reply.raw);
        try {
          await deps.sink.append(events, letters, wait.signal);
        } catch (error) {
          const { reason } = error instanceof ChainwardenError ? error.detail : {};
          deps.metrics.intake.turnedAway.inc({ reason: typeof reason === 'string' ? reason : 'failed' });
          throw error;
        } finally {
          wait.end();
        }
        count(deps, events, letters);
        if (events.length > 0) return reply.code(202).send({ accepted: events.length, refused });
        const code = refused[0]?.code ?? 'EVENT_INVALID';
        return sendProblem(reply, code, 'no event was accepted', { status: 422, refused });
      },
    );

    app.post(
      '/events/validate',
      {
        ...common,
        schema: {
          operationId: 'validateEvents',
          summary: 'Say what would become of events, without storing anything',
          tags,
          querystring: noQuery,
          response: { 200: Intake, ...errors },
        },
      },
      async (request) => {
        const { events, refused } = admitAll(deps, request);
        return { accepted: events.length, refused };
      },
    );
  };
}

function admitAll(deps: ServeDeps, request: FastifyRequest): Admissions {
  const { name, tenant, issuers } = caller(request);
  const publisher = { name, tenant, issuers };
  const nowMs = deps.clock();
  const events: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  const refused: Refusal[] = [];
  for (const [index, raw] of readEvents(request.headers, bodyOf(request), deps.decodeBinary).entries()) {
    const position = { source: 'http', partition: 0, offset: index };
    const admission = deps.admit(
      { raw },
      { publisher, adapter: 'cloudevents', position, nowMs, history: false },
    );
    if (admission.kind === 'admitted') {
      events.push(admission.event);
    } else {
      const { code, path, reason } = admission.letter;
      letters.push(admission.letter);
      refused.push({ index, code, path, reason });
    }
  }
  return { events, letters, refused };
}

function bodyOf(request: FastifyRequest): Buffer {
  // Compressed bodies are not read: a small one could unfold to any size.
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new ChainwardenError('REQUEST_INVALID', 'send the body without content-encoding');
  }
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body;
  throw new ChainwardenError('REQUEST_INVALID', 'the body is empty');
}

function count(deps: ServeDeps, events: readonly AdmittedEvent[], letters: readonly DeadLetter[]): void {
  const { accepted, refused } = deps.metrics.intake;
  if (events.length > 0) accepted.inc({ source: 'http' }, events.length);
  for (const { code } of letters) refused.inc({ source: 'http', code });
}
