import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it } from 'vitest';
import { OutboundConfig, secretsIn } from '../../../src/respond/config.ts';
import { resolveEndpoints } from '../../../src/respond/endpoints.ts';
import { ResponseLimits } from '../../../src/respond/plan/limits.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainwarden-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const ops = { name: 'ops', url: 'https://ops.example/hook', secrets: [{ env: 'HOOK' }] };

describe('the configuration of what leaves', () => {
  it('sends nothing and revokes nothing by default', () => {
    expect(OutboundConfig.parse({})).toEqual({
      endpoints: [],
      connectors: [],
      allow: [],
      response: {
        mode: 'propose',
        dryRun: true,
        minSeverity: 'high',
        killSwitch: false,
        limits: ResponseLimits.parse({}),
        approvalMinutes: 60,
        confirmSeconds: 300,
      },
    });
  });

  it.each([
    ['a secret in the open', { endpoints: [{ ...ops, secrets: ['whsec_abc'] }] }],
    ['no secret', { endpoints: [{ ...ops, secrets: [] }] }],
    ['credentials in the address', { endpoints: [{ ...ops, url: 'https://a:b@ops.example/' }] }],
    ['another scheme', { endpoints: [{ ...ops, url: 'ftp://ops.example/' }] }],
    ['one name twice', { endpoints: [ops, ops] }],
    [
      'a connector named as an endpoint',
      { endpoints: [ops], connectors: [{ kind: 'deny_list', name: 'ops' }] },
    ],
    ['a response by nobody', { response: { endpoint: 'ops' } }],
    ['a misspelt member', { endpoints: [{ ...ops, allowprivate: true }] }],
    ['a network that is none', { allow: ['10.0.0.0/99'] }],
    ['a mode nobody knows', { response: { mode: 'yes' } }],
  ])('refuses %s', (_, config) => {
    expect(OutboundConfig.safeParse(config).success).toBe(false);
  });

  it('tells which variables hold secrets, whoever needs them', () => {
    const secrets = [{ env: 'REVOKE' }, { file: '/run/secrets/revoke' }];
    const connectors = [
      { kind: 'webhook', name: 'idp', url: 'https://idp.example/hook', secrets },
      { kind: 'deny_list', name: 'edge' },
    ];
    expect(secretsIn(OutboundConfig.parse({ endpoints: [ops], connectors }))).toEqual(['HOOK', 'REVOKE']);
  });

  it('reads secrets from the environment and from files; each of them signs', () => {
    const [first, second] = [secret(), secret()];
    writeFileSync(join(folder, 'hook'), `${second}\n`);
    const config = OutboundConfig.parse({
      endpoints: [{ ...ops, secrets: [{ env: 'HOOK' }, { file: join(folder, 'hook') }] }],
    });
    const [endpoint] = resolveEndpoints(config.endpoints, { HOOK: first });
    const now = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': endpoint?.kind === 'webhook' ? endpoint.sign('msg_1', now, '{"a":1}') : '',
    };
    for (const key of [first, second]) {
      expect(new Webhook(key).verify('{"a":1}', headers)).toEqual({ a: 1 });
    }
    expect(() => new Webhook(secret()).verify('{"a":1}', headers)).toThrow();
  });

  it.each([
    ['missing', undefined],
    ['without its prefix', randomBytes(32).toString('base64')],
    ['too short', `whsec_${randomBytes(8).toString('base64')}`],
    ['too long', `whsec_${randomBytes(65).toString('base64')}`],
    ['not base64', 'whsec_$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$'],
  ])('refuses a secret that is %s, without quoting it', (_, value) => {
    const { endpoints } = OutboundConfig.parse({ endpoints: [ops] });
    let message = '';
    try {
      resolveEndpoints(endpoints, { HOOK: value });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('the variable HOOK');
    if (value !== undefined) expect(message).not.toContain(value);
  });

  it('shows no secret when an endpoint is printed', () => {
    const key = secret();
    const endpoints = resolveEndpoints(OutboundConfig.parse({ endpoints: [ops] }).endpoints, { HOOK: key });
    const printed = inspect(endpoints, { depth: 10, showHidden: true }) + JSON.stringify(endpoints);
    expect(printed).not.toContain(key.slice(6, 20));
  });
});
