import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod, ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ChainwardenError } from '../../domain/errors.ts';
import { severities } from '../../domain/finding.ts';
import { STEPS_PER_REQUEST_MAX } from '../../domain/limits.ts';
import { objectionCodes, type StepDecision, stepReasons } from '../../domain/step.ts';
import { caller, type Guard } from '../auth/access.ts';
import type { ServeDeps } from '../deps.ts';
import { problems } from '../problem.ts';
import { noQuery } from '../query.ts';
import { EvaluationBody, PartialEvaluation, questionOf } from '../step-question.ts';

const tags = ['gateways'];
const access = { access: 'evaluate', rate: 'steps', quiet: true } as const;
/** As many as help a person; the chain's own page has them all. */
const OBJECTIONS_SHOWN = 10;

const DecisionShape = z
  .object({
    decision: z.boolean(),
    context: z.object({
      reason: z.enum(stepReasons),
      chain: z.string().optional(),
      objections: z
        .array(
          z.object({
            code: z.enum(objectionCodes),
            severity: z.enum(severities),
            says: z.string(),
            firm: z.boolean().describe('False: it may yet be taken back, or rests on asserted links'),
            detector: z.string().optional(),
            fact: z.string().optional(),
            alert: z.string().optional(),
          }),
        )
        .optional(),
    }),
  })
  .meta({ id: 'StepDecision', description: 'AuthZEN 1.0: whether the step may be taken, and why not' });

const oneSchema = {
  operationId: 'evaluateStep',
  summary: 'May this chain take this next step? (AuthZEN Authorization API 1.0)',
  tags,
  querystring: noQuery,
  body: EvaluationBody,
  response: { 200: DecisionShape, ...problems(413, 415) },
};

const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;

const EvaluationsBody = PartialEvaluation.extend({
  evaluations: z.array(PartialEvaluation).max(STEPS_PER_REQUEST_MAX).optional(),
  options: z.object({ evaluations_semantic: z.enum(semantics).default('execute_all') }).optional(),
});

const allSchema = {
  operationId: 'evaluateSteps',
  summary: 'Several steps at once; what they share stands beside them. Without a list: one step',
  tags,
  querystring: noQuery,
  body: EvaluationsBody,
  response: {
    200: z.union([z.object({ evaluations: z.array(DecisionShape) }), DecisionShape]).describe('In order'),
    ...problems(413, 415),
  },
};

/** Questions of gateways and MCP proxies. Without the pressure check: a late answer says which way to fail. */
export function accessRoutes(deps: ServeDeps, guard: Guard) {
  const { steps, clock } = deps;

  async function decide(
    request: FastifyRequest,
    body: EvaluationBody,
  ): Promise<z.infer<typeof DecisionShape>> {
    const { tenant } = caller(request);
    return present(await steps.decide(questionOf(body, { tenant, nowMs: clock() })));
  }

  async function decideAll(
    request: FastifyRequest,
    { evaluations = [], options, ...shared }: z.infer<typeof EvaluationsBody>,
  ): Promise<z.infer<typeof DecisionShape>[]> {
    const semantic = options?.evaluations_semantic ?? 'execute_all';
    const decisions: z.infer<typeof DecisionShape>[] = [];
    // Before the first is answered: of a request that cannot be answered whole nothing is.
    const bodies = evaluations.map((one) => whole({ ...shared, ...one }));
    for (const body of bodies) {
      const answer = await decide(request, body);
      decisions.push(answer);
      if (semantic === 'deny_on_first_deny' && !answer.decision) break;
      if (semantic === 'permit_on_first_permit' && answer.decision) break;
    }
    return decisions;
  }

  return async (plain: FastifyInstance): Promise<void> => {
    guard(plain);
    plain.addHook('onSend', echoRequestId);
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.post('/evaluation', { config: access, schema: oneSchema }, async (request) =>
      decide(request, request.body),
    );
    app.post('/evaluations', { config: access, schema: allSchema }, async (request) => {
      const { evaluations = [], options: _, ...shared } = request.body;
      if (evaluations.length === 0) return decide(request, whole(shared));
      return { evaluations: await decideAll(request, request.body) };
    });
  };
}

/** AuthZEN 1.0, section 10.1.3: an id that the caller gave comes back with the answer. */
async function echoRequestId(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const requestId = request.headers['x-request-id'];
  if (typeof requestId === 'string') reply.header('x-request-id', requestId);
}

function whole(body: z.infer<typeof PartialEvaluation>): EvaluationBody {
  const { subject, action, resource, context } = body;
  if (subject === undefined || action === undefined || resource === undefined) {
    throw new ChainwardenError('REQUEST_INVALID', 'an evaluation needs a subject, an action and a resource');
  }
  return { subject, action, resource, context };
}

function present({ allowed, reason, chainId, objections }: StepDecision): z.infer<typeof DecisionShape> {
  const shown = objections.slice(0, OBJECTIONS_SHOWN).map(({ alertId, key: _, level: __, ...one }) => ({
    ...one,
    alert: alertId,
  }));
  return {
    decision: allowed,
    context: { reason, chain: chainId, ...(shown.length === 0 ? {} : { objections: shown }) },
  };
}

const Metadata = z
  .object({
    policy_decision_point: z.string(),
    access_evaluation_endpoint: z.string(),
    access_evaluations_endpoint: z.string(),
  })
  .meta({ id: 'AuthZenConfiguration', description: 'AuthZEN 1.0, section 9' });

/** Where to ask; needs no key, as clients look there first. The addresses are those under which they came. */
export function accessMetadataRoute(): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/.well-known/authzen-configuration',
      {
        schema: {
          operationId: 'getAuthZenConfiguration',
          summary: 'Where gateways ask whether a step may be taken',
          tags,
          querystring: noQuery,
          response: { 200: Metadata },
        },
      },
      async ({ protocol, host }) => {
        const base = `${protocol}://${host}`;
        return {
          policy_decision_point: base,
          access_evaluation_endpoint: `${base}/access/v1/evaluation`,
          access_evaluations_endpoint: `${base}/access/v1/evaluations`,
        };
      },
    );
  };
}
