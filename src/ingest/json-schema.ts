import * as z from 'zod';
import { type EventType, eventSchemas } from '../domain/event/index.ts';
import { schemaRegistry } from '../domain/event/primitives.ts';
import { MAP_ENTRIES_MAX } from '../domain/limits.ts';
import { Envelope, eventTypePattern, extensionName } from './envelope.ts';

export type JsonSchema = Record<string, unknown>;

/** Refinements are not exported by zod; these say the same. */
const exactlyOne: Partial<Record<EventType, readonly string[]>> = {
  'token.revoked': ['token', 'family', 'subject'],
  'credential.exposed': ['token', 'principal'],
  'response.recorded': ['token', 'family', 'subject'],
};

/**
 * Every named schema of the contract, and `CloudEvent` that holds one of them, as JSON Schema 2020-12 with
 * references below `prefix`. Lengths are UTF-16 units, as admission counts them; a schema validator counts
 * code points.
 */
export function contractSchemas(prefix: string): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(schemaRegistry, {
    uri: (id) => `${prefix}${id}`,
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (zodSchema._zod.def.type === 'record') jsonSchema.maxProperties = MAP_ENTRIES_MAX;
    },
  });
  const out: Record<string, JsonSchema> = { CloudEvent: envelope() };
  for (const [name, { $id: _, $schema: __, ...schema }] of Object.entries(schemas)) out[name] = schema;
  for (const [type, members] of Object.entries(exactlyOne)) {
    out[type] = { ...out[type], oneOf: members.map((member) => ({ required: [member] })) };
  }
  out['response.recorded'] = {
    ...out['response.recorded'],
    description: 'What Chainwarden itself did: it stands in the log, and is refused from everybody else.',
  };
  out['AuthorizationDetail'] = {
    ...out['AuthorizationDetail'],
    description: 'RFC 9396. As JSON at most 4096 characters.',
  };
  return out;
}

/** The envelope around data of any type. */
function envelope(): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(Envelope, { io: 'input' });
  return {
    ...schema,
    description: 'CloudEvents 1.0, structured JSON. `type` ends in `data.type` and `.v1`.',
    properties: {
      ...schema.properties,
      type: { type: 'string', maxLength: 255, pattern: eventTypePattern.source },
      data: { type: 'object', required: ['type'] },
    },
    propertyNames: { pattern: extensionName.source },
  };
}

/** Ties the envelope's type to its data's. */
export function envelopeOf(type: EventType, prefix: string): JsonSchema {
  const pattern = `\\.${type.replace('.', '\\.')}\\.v1$`;
  return { properties: { type: { pattern }, data: { $ref: `${prefix}${type}` } } };
}

/** One document for any JSON Schema validator. */
export function jsonSchemaDocument(): JsonSchema {
  const prefix = '#/$defs/';
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Chainwarden event',
    $ref: `${prefix}CloudEvent`,
    properties: { data: { properties: { type: { enum: [...eventSchemas.keys()] } } } },
    allOf: [...eventSchemas.keys()].map((type) => ({
      if: { properties: { data: { properties: { type: { const: type } } } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: envelopeOf(type, prefix),
    })),
    $defs: contractSchemas(prefix),
  };
}
