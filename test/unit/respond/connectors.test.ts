import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OutboundConfig, secretsIn } from '../../../src/respond/config.ts';
import { ConnectorConfig } from '../../../src/respond/connectors/config.ts';
import { readOrder } from '../../../src/respond/connectors/order.ts';
import { blocks, codes, readProject, table } from '../../support/markdown.ts';

const manual = readProject('src/respond/connectors/README.md');
const fenced = (wanted: string) =>
  blocks(manual).flatMap(({ language, text }) => (language === wanted ? [text] : []));

describe('the manual of connectors', () => {
  it('shows a configuration that is one', () => {
    const [example = ''] = fenced('yaml');
    const { outbound } = parse(example) as { outbound: object };
    const config = OutboundConfig.parse(outbound);
    const kinds = ConnectorConfig.options.map(({ shape }) => shape.kind.value);
    expect(config.connectors.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    expect(secretsIn(config)).toEqual(['CUSTODIAN_SECRET', 'REVOKER_KEY', 'REVOKER_KEY_BEFORE']);
    expect(
      table(manual, 'kind')
        .map(([kind = '']) => codes(kind)[0])
        .sort(),
    ).toEqual([...kinds].sort());
  });

  it('shows an order that connectors read', () => {
    expect(readOrder(fenced('json')[0] ?? '')?.data.target).toMatchObject({
      kind: 'token',
      ref: { jti: 't-1' },
    });
  });
});

describe('the configuration of connectors', () => {
  const oauth = {
    name: 'idp',
    kind: 'oauth',
    revocation: 'https://as.example/revoke',
    client: { method: 'client_secret_basic', id: 'x', secret: { env: 'X' } },
    custodian: { url: 'https://vault.example', secret: { env: 'Y' } },
  };
  it.each([
    ['a secret in it', { ...oauth, client: { ...oauth.client, secret: 'hunter2' } }],
    ['credentials in an address', { ...oauth, revocation: 'https://u:p@as.example/revoke' }],
    ['another scheme', { ...oauth, revocation: 'file:///etc/passwd' }],
    ['a misspelt member', { ...oauth, introspecton: 'https://as.example/introspect' }],
    ['no custodian', { ...oauth, custodian: undefined }],
    [
      'a key without the audience that it is for',
      { ...oauth, client: { method: 'private_key_jwt', id: 'x', key: { env: 'X' } } },
    ],
    ['an unknown kind', { ...oauth, kind: 'smtp' }],
  ])('refuses %s', (_, config) => {
    expect(ConnectorConfig.safeParse(oauth).success).toBe(true);
    expect(ConnectorConfig.safeParse(config).success).toBe(false);
  });
});

describe('an order', () => {
  it.each([
    ['is no JSON', 'revoke it'],
    ['has no target', '{"type":"token.revoke","timestamp":"2026-01-05T08:00:00Z","data":{"tenant":"a"}}'],
    ['is a message about an alert', '{"type":"alert.raised","timestamp":"2026-01-05T08:00:00Z","data":{}}'],
  ])('that %s is none', (_, body) => {
    expect(readOrder(body)).toBeUndefined();
  });
});
