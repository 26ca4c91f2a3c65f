import type { EventType } from '../domain/event/index.ts';
import { DEAD_LETTER_BYTES_MAX, EVENT_BYTES_MAX } from '../domain/limits.ts';
import { eventTypes, exampleEvent } from './examples.ts';
import { contractSchemas, envelopeOf, type JsonSchema, jsonSchemaDocument } from './json-schema.ts';

export { jsonSchemaDocument };

export interface AsyncApiOptions {
  readonly version: string;
  /** Topic names, when they are configured to differ from the defaults. */
  readonly topics?: Partial<Record<ChannelName, string>>;
}

const channels = {
  tokens: {
    address: 'delegation.tokens',
    families: ['token', 'privilege', 'identity', 'credential'],
    description: 'What issuers and identity systems say of credentials, privileges and principals.',
  },
  toolCalls: {
    address: 'delegation.tool-calls',
    families: ['agent', 'tool', 'approval', 'policy'],
    description: 'What agents were asked and did, and what people and policies allowed.',
  },
  apiCalls: {
    address: 'delegation.api-calls',
    families: ['api', 'system', 'request'],
    description: 'What target systems saw, and the requests that set it in motion.',
  },
} as const;

type Inbound = keyof typeof channels;
type ChannelName = Inbound | 'deadLetter';

const anyChannel = 'Any event type of the contract is accepted on any of the three inbound channels.';
const cloudEvents = 'application/cloudevents+json';
/** What Chainwarden says of itself comes over no channel. */
const sentTypes = eventTypes.filter((type) => type !== 'response.recorded');

/** The event contract as an AsyncAPI 3.0 document. */
export function asyncApiDocument(options: AsyncApiOptions): JsonSchema {
  const { version, topics = {} } = options;
  const inbound = Object.keys(channels) as Inbound[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Chainwarden events',
      version,
      description:
        `Publishers send CloudEvents 1.0, structured (${cloudEvents}) or binary, of at most ${EVENT_BYTES_MAX} ` +
        'bytes. An event is identified by source and id: a second arrival of the pair is the same event. ' +
        'Unknown members of data are refused, and so is any value that looks like a credential.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: cloudEvents,
    channels: {
      ...Object.fromEntries(inbound.map((name) => [name, inboundChannel(name, topics[name])])),
      deadLetter: outboundChannel(
        topics.deadLetter ?? 'delegation.dead-letter',
        'deadLetter',
        'Refused messages.',
      ),
    },
    operations: {
      ...Object.fromEntries(inbound.map((name) => [name, operation('receive', name)])),
      deadLetter: operation('send', 'deadLetter'),
    },
    components: {
      messages: {
        ...Object.fromEntries(sentTypes.map((type) => [type, eventMessage(type)])),
        deadLetter: {
          name: 'deadLetter',
          contentType: 'application/json',
          payload: ref('schemas/DeadLetter'),
        },
      },
      schemas: {
        ...contractSchemas('#/components/schemas/'),
        DeadLetter: deadLetterSchema,
      },
    },
  };
}

function inboundChannel(name: Inbound, address: string | undefined): JsonSchema {
  const { families, description, address: standard } = channels[name];
  const types = sentTypes.filter((type) => families.some((family) => type.startsWith(`${family}.`)));
  return {
    address: address ?? standard,
    description: `${description} ${anyChannel}`,
    messages: Object.fromEntries(types.map((type) => [type, ref(`messages/${type}`)])),
  };
}

function outboundChannel(address: string, message: string, description: string): JsonSchema {
  return { address, description, messages: { [message]: ref(`messages/${message}`) } };
}

function operation(action: 'receive' | 'send', channel: ChannelName): JsonSchema {
  return { action, channel: { $ref: `#/channels/${channel}` } };
}

function eventMessage(type: EventType): JsonSchema {
  return {
    name: type,
    title: type,
    contentType: cloudEvents,
    payload: {
      allOf: [ref('schemas/CloudEvent'), envelopeOf(type, '#/components/schemas/')],
    },
    bindings: { kafka: { key: messageKey, bindingVersion: '0.5.0' } },
    examples: [{ name: 'smallest', payload: exampleEvent(type) }],
  };
}

const messageKey = {
  type: 'string',
  description: 'The transaction or root token when the publisher knows it, else the token. Not relied on.',
};

const deadLetterSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['tenant', 'atMs', 'publisher', 'position', 'code', 'path', 'reason', 'raw'],
  properties: {
    tenant: { type: 'string' },
    atMs: { type: 'integer', description: 'When it was refused, milliseconds since the epoch.' },
    publisher: { type: 'string' },
    position: {
      type: 'object',
      additionalProperties: false,
      required: ['source', 'partition', 'offset'],
      properties: {
        source: { type: 'string', description: 'A topic, a file name, `http`.' },
        partition: { type: 'integer' },
        offset: { type: 'integer', description: 'Offset, line number, or index in the request.' },
      },
    },
    code: { type: 'string', description: 'A code of the error table.' },
    path: { type: 'string', description: 'The offending member; empty when the whole message is bad.' },
    reason: { type: 'string', description: 'Never quotes the value.' },
    raw: {
      type: 'string',
      description: `The message, at most ${DEAD_LETTER_BYTES_MAX} bytes, credentials cut out.`,
    },
  },
};

function ref(path: string): JsonSchema {
  return { $ref: `#/components/${path}` };
}
