import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../support/memory-store.ts';
import { serve } from './support.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}
interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly requestBody?: { readonly content: Record<string, unknown> };
  readonly responses: Record<string, { readonly content: Record<string, unknown> }>;
}

let app: FastifyInstance;
let document: Document;

beforeAll(async () => {
  ({ app } = await serve(createMemoryStore()));
  document = (await app.inject('/openapi.json')).json();
});
afterAll(() => app.close());

const routes = [
  'GET /',
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'POST /v1/events',
  'POST /v1/events/validate',
  'GET /v1/chains',
  'GET /v1/chains/{id}',
  'GET /v1/actions',
  'GET /v1/tokens',
  'GET /v1/tokens/{ref}',
  'GET /v1/tokens/{ref}/blast-radius',
  'GET /v1/principals/{id}',
  'GET /v1/hunts',
  'POST /v1/hunts',
  'DELETE /v1/hunts/{id}',
  'GET /v1/search',
  'GET /v1/alerts',
  'GET /v1/alerts/{id}',
  'POST /v1/alerts/{id}/actions',
  'GET /v1/responses',
  'POST /v1/responses',
  'GET /v1/responses/{id}',
  'POST /v1/responses/{id}/approve',
  'POST /v1/responses/{id}/deny',
  'POST /v1/responses/{id}/undo',
  'POST /v1/responses/{id}/confirm',
  'GET /v1/plans',
  'POST /v1/plans',
  'GET /v1/plans/{id}',
  'POST /v1/plans/{id}/approve',
  'POST /v1/plans/{id}/deny',
  'GET /v1/dead-letters',
  'GET /v1/deliveries',
  'POST /v1/deliveries/{id}/replay',
  'GET /v1/channels',
  'GET /v1/detectors',
  'GET /v1/detectors/noise',
  'GET /v1/requirements',
  'GET /v1/health',
  'GET /v1/intake',
  'GET /v1/coverage',
  'GET /v1/exceptions',
  'GET /v1/overview',
  'GET /v1/stream',
  'GET /v1/policy',
  'GET /v1/policy/history',
  'GET /v1/incidents',
  'GET /v1/incidents/{id}',
  'POST /v1/detectors/{id}/switch',
  'POST /v1/detectors/{id}/backtest',
  'POST /v1/detectors/{id}/mode',
  'GET /v1/backtests/{id}',
  'GET /.well-known/authzen-configuration',
  'GET /.well-known/jwks.json',
  'POST /access/v1/evaluation',
  'POST /access/v1/evaluations',
  'POST /ssf/v1/events',
  'GET /v1/deny-list',
  'GET /v1/audit',
  'GET /v1/audit/head',
  'GET /v1/audit/chains/{writer}',
  'GET /v1/audit/ocsf',
  'GET /v1/chains/{id}/evidence',
  'GET /v1/chains/{id}/ocsf',
  'GET /v1/chains/{id}/unwind',
  'GET /v1/evidence-key',
  'GET /v1/keys',
  'POST /v1/keys',
  'DELETE /v1/keys/{id}',
];

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
}

describe('the OpenAPI document', () => {
  it('is valid by the schema of OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...document })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('lists every route and no other', () => {
    expect(new Set(operations().map(([name]) => name))).toEqual(new Set(routes));
  });

  it('resolves every reference', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty([name]);
  });

  it('gives every operation a name of its own', () => {
    const names = operations().map(([, operation]) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of every /v1 route that it takes a key and which problems it answers with', () => {
    // A security event token is admitted by its signature, and refused in the words of RFC 8935.
    const keyed = operations().filter(([each]) => each.includes('/v1/') && !each.includes('/ssf/'));
    for (const [name, operation] of keyed) {
      expect(operation.security, name).toEqual([{ apiKey: [] }]);
      for (const status of ['400', '401', '403', '429', '500', '503']) {
        expect(Object.keys(operation.responses[status]?.content ?? {}), `${name} ${status}`).toEqual([
          'application/problem+json',
        ]);
      }
    }
  });

  it('describes the four ways in which events come', () => {
    const body = document.paths['/v1/events']?.['post']?.requestBody;
    expect(Object.keys(body?.content ?? {})).toEqual([
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/json',
      'application/x-ndjson',
    ]);
  });
});
