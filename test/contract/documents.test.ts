import { Parser } from '@asyncapi/parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { eventSchemas } from '../../src/domain/event/index.ts';
import { asyncApiDocument, jsonSchemaDocument } from '../../src/ingest/documents.ts';
import { eventTypes } from '../../src/ingest/examples.ts';
import { fullSamples, minimalSamples, type Sample } from './samples.ts';
import { admit, contextFor } from './support.ts';

/** What `chainwarden schema` prints. */
async function printed(document: string): Promise<string> {
  let text = '';
  const out = (part: string) => {
    text += part;
  };
  expect(await run(['schema', document], { out, err: out, env: {}, clock: () => 0 })).toBe(0);
  return text;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const valid = ajv.compile(jsonSchemaDocument());

function agrees(event: unknown): 'both' | 'neither' | 'admission only' | 'schema only' {
  const bySchema = valid(event);
  const byAdmission = admit({ raw: JSON.stringify(event) }, contextFor(event)).kind === 'admitted';
  if (bySchema !== byAdmission) return bySchema ? 'schema only' : 'admission only';
  return bySchema ? 'both' : 'neither';
}

/** Every way to spoil one member of the data: gone, null, of another type, too long. */
function spoiled(sample: Sample): [string, unknown][] {
  const out: [string, unknown][] = [];
  for (const name of Object.keys(sample.data)) {
    const { [name]: _, ...rest } = sample.data;
    out.push([`${name} gone`, rest]);
    for (const value of [{ unknown: 1 }, ['x'], 7.5, 'y'.repeat(3_000), '']) {
      out.push([`${name} ${JSON.stringify(value).slice(0, 20)}`, { ...sample.data, [name]: value }]);
    }
  }
  out.push(['an unknown member', { ...sample.data, colour: 'red' }]);
  return out.map(([what, data]) => [what, { ...sample, data }]);
}

describe('the published JSON Schema', { timeout: 60_000 }, () => {
  it.each([...minimalSamples, ...fullSamples].map((s) => [s.data['type'], s]))('admits %s', (_, sample) => {
    expect(valid(sample), JSON.stringify(valid.errors)).toBe(true);
  });

  it.each(fullSamples.map((s) => [s.data['type'], s] as const))(
    'judges %s as admission does',
    (_, sample) => {
      const verdicts = spoiled(sample).map(([what, event]) => [what, agrees(event)]);
      expect(verdicts.filter(([, verdict]) => verdict !== 'both' && verdict !== 'neither')).toEqual([]);
      expect(verdicts.filter(([, verdict]) => verdict === 'neither').length).toBeGreaterThan(20);
    },
  );

  it.each<[string, object]>([
    ['two things revoked', { type: 'token.revoked', token: { iss: 'i', jti: 'j' }, family: 'f' }],
    ['nothing revoked', { type: 'token.revoked' }],
    ['nothing exposed', { type: 'credential.exposed' }],
    [
      'too many annotations',
      {
        type: 'tool.invoked',
        callId: 'c',
        actor: { id: 'a', kind: 'agent' },
        tool: {
          name: 't',
          annotations: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, i])),
        },
      },
    ],
    [
      'an act beyond the cap',
      {
        type: 'api.called',
        actor: { id: 'a', kind: 'agent' },
        target: { system: 's' },
        action: 'x',
        presented: { act: nested(17) },
      },
    ],
  ])('refuses %s, as admission does', (_, data) => {
    const type = (data as { type: string }).type;
    expect(agrees({ ...minimalSamples[0], type: `com.example.${type}.v1`, data: { v: 1, ...data } })).toBe(
      'neither',
    );
  });

  it.each<[string, object]>([
    ['types that disagree', { type: 'com.example.token.revoked.v1' }],
    ['no specversion', { specversion: undefined }],
    ['an extension with a strange name', { 'x-y': 'z' }],
    ['an extension that is a map', { xy: {} }],
    ['binary data', { data_base64: 'e30=' }],
    ['another content type', { datacontenttype: 'text/plain' }],
    ['a time that is none', { time: 'yesterday' }],
  ])('refuses an envelope with %s, as admission does', (_, change) => {
    expect(agrees(JSON.parse(JSON.stringify({ ...minimalSamples[0], ...change })))).toBe('neither');
  });
});

function nested(depth: number): object {
  return depth === 1 ? { sub: 'a' } : { sub: 'a', act: nested(depth - 1) };
}

describe('the AsyncAPI document', () => {
  it('has no errors', async () => {
    const { document, diagnostics } = await new Parser().parse(await printed('asyncapi'));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual([
      'delegation.tokens',
      'delegation.tool-calls',
      'delegation.api-calls',
      'delegation.dead-letter',
    ]);
  }, 60_000);

  it('places every event type that publishers send on exactly one channel, with a valid example', () => {
    const { channels, components } = asyncApiDocument({ version: '1' }) as {
      channels: Record<string, { messages: Record<string, unknown> }>;
      components: { messages: Record<string, { examples?: { payload: unknown }[] }> };
    };
    const placed = Object.values(channels).flatMap(({ messages }) => Object.keys(messages));
    const sent = eventTypes.filter((type) => type !== 'response.recorded');
    expect(placed.sort()).toEqual([...sent, 'deadLetter'].sort());
    expect([...eventTypes].sort()).toEqual([...eventSchemas.keys()].sort());
    expect(Object.keys(components.messages)).not.toContain('response.recorded');
    for (const type of sent) {
      expect(valid(components.messages[type]?.examples?.[0]?.payload), type).toBe(true);
    }
  });

  it('uses the topic names it is given', () => {
    const document = asyncApiDocument({ version: '1', topics: { tokens: 'prod.tokens' } });
    expect(document).toMatchObject({ channels: { tokens: { address: 'prod.tokens' } } });
  });
});

it('the documents are printed as JSON', async () => {
  expect(JSON.parse(await printed('json-schema'))).toEqual(JSON.parse(JSON.stringify(jsonSchemaDocument())));
});
