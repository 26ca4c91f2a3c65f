import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError, type ErrorCode, errorCodes } from '../domain/errors.ts';

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

export const Refusal = z.object({
  index: z.int().min(0).describe('Place in the request, from 0'),
  code: z.enum(codes),
  path: z.string().describe('Path of the offending member; empty when the whole message is bad'),
  reason: z.string(),
});
export type Refusal = z.infer<typeof Refusal>;

/** RFC 9457 problem details. */
export const Problem = z
  .object({
    type: z.string().describe('Identifies the kind of problem; follows the code'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes).describe('Stable; branch on this'),
    instance: z.string().describe('This one occurrence, as the log names it'),
    errors: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
    refused: z.array(Refusal).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof Problem>;

const descriptions: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'No valid API key',
  403: "The key's role may not do this",
  404: 'Nothing by this name in the tenant of the key',
  409: 'The state of the thing does not allow it',
  413: 'The body is too large',
  415: 'The body has a type that is not read here',
  422: 'Nothing was accepted',
  429: 'Too many requests',
  500: 'Something failed on our side',
  503: 'Overloaded, or the store does not answer; try again',
};

const always = [400, 401, 403, 429, 500, 503];

/** Response schemas of the problems a route can answer with: those that every route has, and its own. */
export function problems(...own: readonly (404 | 409 | 413 | 415 | 422)[]) {
  return Object.fromEntries([...always, ...own].map((status) => [status, problemResponse(status)]));
}

function problemResponse(status: number) {
  return {
    description: descriptions[status] ?? 'Problem',
    content: { 'application/problem+json': { schema: Problem } },
  };
}

type Extra = Pick<Problem, 'errors' | 'refused'> & { readonly status?: number };

export function problemOf(code: ErrorCode, detail: string, occurrence: string, extra: Extra = {}): Problem {
  return {
    type: `urn:chainwarden:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(code),
    status: errorCodes[code].status,
    detail,
    code,
    instance: `urn:uuid:${occurrence}`,
    ...extra,
  };
}

export function sendProblem(
  reply: FastifyReply,
  code: ErrorCode,
  detail: string,
  extra: Extra = {},
): FastifyReply {
  const problem = problemOf(code, detail, reply.request.id, extra);
  const { status } = problem;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  // Sent as text: a problem must go out even from a route whose response schemas do not foresee it.
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(problem);
}

function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every error that leaves the API takes this form; what it says never comes from the engine or a stack. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answer(error, request, reply));
}

export function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? 'request';
    const errors = error.validation.map((issue) => ({
      path: [where, ...issue.instancePath.split('/').filter(Boolean)].join('.'),
      reason: issue.message ?? 'invalid',
    }));
    return sendProblem(reply, 'REQUEST_INVALID', 'the request does not fit its schema', { errors });
  }
  if (error instanceof ChainwardenError) return answerOurs(error, request, reply);
  const status = statusOf(error);
  const known = status === undefined ? undefined : transport[status];
  if (status !== undefined && known !== undefined) {
    return sendProblem(reply, known.code, known.detail, { status });
  }
  if (status !== undefined && status < 500) {
    return sendProblem(reply, 'REQUEST_INVALID', 'the request could not be read', { status });
  }
  request.log.error({ err: error }, 'request failed');
  return sendProblem(reply, 'INTERNAL', failed);
}

const failed = 'something failed on our side; the log has it under this instance';

/** Faults of the transport keep HTTP's own status, which says more than the code's. */
const transport: Readonly<Record<number, { readonly code: ErrorCode; readonly detail: string }>> = {
  413: { code: 'EVENT_TOO_LARGE', detail: 'the body is larger than this endpoint reads' },
  415: { code: 'REQUEST_INVALID', detail: 'the body has a content type that is not read here' },
  429: { code: 'TOO_MANY_REQUESTS', detail: 'too many requests; wait as Retry-After says' },
  503: { code: 'OVERLOADED', detail: 'the service is overloaded; try again' },
};

function answerOurs(error: ChainwardenError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if ('retryAfterSeconds' in error.detail) {
    reply.header('retry-after', String(error.detail['retryAfterSeconds']));
  }
  if (error.status < 500) return sendProblem(reply, error.code, error.message);
  // Counted where it is refused: a line with a stack for each request would be load of its own.
  if (error.code === 'OVERLOADED') return sendProblem(reply, error.code, error.message);
  request.log.error({ err: error, code: error.code }, 'request failed');
  if (error.retriable && error.status === 503) {
    return sendProblem(reply, error.code, 'a part of the service does not answer; try again');
  }
  return sendProblem(reply, 'INTERNAL', failed);
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 ? status : undefined;
}
