import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { schemaRegistry } from '../domain/event/index.ts';
import { EVENTS_PER_REQUEST_MAX } from '../domain/limits.ts';

type Transformed = Exclude<
  ReturnType<NonNullable<FastifyDynamicSwaggerOptions['transformObject']>>,
  undefined
>;
type Schemas = Record<string, object>;

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export function openApiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Chainwarden',
        version,
        description: 'Delegation chains, what was found in them, and what was done about it.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        'events',
        'chains',
        'hunts',
        'alerts',
        'responses',
        'audit',
        'detectors',
        'policy',
        'keys',
        'operations',
      ].map((name) => ({
        name,
      })),
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `cwk_<id>_<secret>`' },
        },
      },
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const open = route.route.config?.access === undefined;
      return { schema: { ...schema, security: open ? [] : [{ apiKey: [] }] }, url };
    },
    transformObject: (document) => {
      if (!('openapiObject' in document)) throw new Error('the document must be OpenAPI 3');
      return complete(document.openapiObject as Transformed);
    },
  };
}

/** Adds what route schemas cannot say: named components, the bodies of events, and words for plain successes. */
function complete(document: Transformed): Transformed {
  const schemas = namedSchemas();
  const paths = structuredClone(document.paths ?? {}) as Record<string, Record<string, Operation>>;
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(operations)) {
      if (path.startsWith('/v1/events')) operation.requestBody = eventBody;
      for (const response of Object.values(operation.responses ?? {})) {
        if (response.description === 'Default Response') response.description = 'Done';
      }
    }
  }
  const { components } = document as { components?: object };
  return { ...document, paths, components: { ...components, schemas } } as Transformed;
}

interface Operation {
  requestBody?: unknown;
  responses?: Record<string, { description?: string }>;
}

/** Our answers by their names, the event contract by its own, and the CloudEvents envelope around it. */
function namedSchemas(): Schemas {
  const answers = jsonSchemas(z.globalRegistry, 'output');
  const events = jsonSchemas(schemaRegistry, 'input');
  return { ...answers, ...events, CloudEvent: cloudEvent };
}

function jsonSchemas(registry: Parameters<typeof z.toJSONSchema>[0], io: 'input' | 'output'): Schemas {
  const { schemas } = z.toJSONSchema(registry as typeof schemaRegistry, {
    io,
    target: 'draft-2020-12',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _, $schema: __, id: ___, ...schema }]) => [name, schema]),
  );
}

const cloudEvent = {
  type: 'object',
  description: 'A CloudEvent 1.0 in structured mode; the binary mode carries the attributes as ce- headers',
  required: ['specversion', 'id', 'source', 'type', 'time', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', minLength: 1 },
    type: { type: 'string', minLength: 1 },
    time: { type: 'string', format: 'date-time' },
    datacontenttype: { type: 'string' },
    data: reference('EventData'),
  },
};

const oneEvent = { schema: reference('CloudEvent') };
const batch = {
  type: 'array',
  items: reference('CloudEvent'),
  minItems: 1,
  maxItems: EVENTS_PER_REQUEST_MAX,
};

const eventBody = {
  required: true,
  content: {
    'application/cloudevents+json': oneEvent,
    'application/cloudevents-batch+json': { schema: batch },
    'application/json': {
      schema: {
        description: 'One event or an array of them; with ce- headers, the data of one event',
        anyOf: [reference('CloudEvent'), batch, reference('EventData')],
      },
    },
    'application/x-ndjson': { schema: { type: 'string', description: 'One CloudEvent a line' } },
  },
};
