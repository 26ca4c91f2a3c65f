import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Service, startService } from '../../../src/main.ts';
import { OutboundConfig } from '../../../src/respond/index.ts';
import { type Api, apiOf } from '../../support/api.ts';
import { startReceiver } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../../unit/cli/support.ts';

const iss = 'https://login.example.com';
const SECRET = 'OWN_RECORDS_TEST_SECRET';

let service: Service | undefined;
afterAll(async () => {
  await service?.stop();
  delete process.env[SECRET];
});

function minted(jti: string, parent?: string) {
  const type = parent === undefined ? 'token.issued' : 'token.exchanged';
  const iat = Math.floor(Date.now() / 1000);
  return {
    specversion: '1.0',
    id: jti,
    source: iss,
    type: `com.example.${type}.v1`,
    time: new Date().toISOString(),
    data: {
      v: 1,
      type,
      token: { iss, jti },
      tokenKind: 'access_token',
      grant: 'exchange',
      subject: { id: 'user:maya', kind: 'human' },
      actor: { id: 'agent:refund', kind: 'agent' },
      scope: ['crm:read'],
      iat,
      exp: iat + 600,
      ...(parent === undefined ? {} : { parents: [{ iss, jti: parent }] }),
    },
  };
}

interface Detail {
  readonly plan: { readonly digest: string; readonly verdict: string };
  readonly responses: readonly { readonly id: string }[];
}

const found = (api: Api, fact: string) => async () =>
  (await api.alerts()).some(({ facts }) => facts.includes(fact));

it('knows by its own records what is minted while a revocation is under way, and that nothing ended', async () => {
  const receiver = await startReceiver();
  process.env[SECRET] = receiver.secret;
  const base = loadConfig({ env: { CHAINWARDEN_DATA: temporaryFolder(), CHAINWARDEN_PORT: '0' } });
  const outbound = OutboundConfig.parse({
    connectors: [
      { kind: 'webhook', name: 'iam', url: receiver.url, secrets: [{ env: SECRET }], allowPrivate: true },
    ],
    response: { dryRun: false, confirmSeconds: 5 },
  });
  service = await startService({ ...base, outbound, logLevel: 'silent' });
  const api = apiOf(service.address, service.adminKey ?? '');
  const other = apiOf(service.address, await service.makeKey('second pair of eyes', 'responder'));

  expect(await api.publish([minted('at-1')])).toBe(202);
  await until('the chain is there', async () => (await api.chains()).length === 1);
  const asked = await api.ask<Detail>('/v1/responses', { token: { iss, jti: 'at-1' }, reason: 'stolen' });
  const [revocation] = asked.responses;
  if (asked.plan.verdict !== 'act') {
    const word = { digest: asked.plan.digest, reason: 'seen' };
    await other.ask(`/v1/responses/${revocation?.id}/approve`, word);
  }
  await until('it is ordered', () => receiver.messages.some(({ type }) => type === 'token.revoke'));

  expect(await api.publish([minted('at-2', 'at-1')])).toBe(202);
  await until('the child is found', found(api, 'minted-under-tombstone'));
  // Whoever asked for the parent's end asked for that of all that is made from it.
  await until('its end is ordered', () =>
    receiver.messages.some(
      ({ type, data }) => type === 'token.revoke' && JSON.stringify(data).includes('at-2'),
    ),
  );
  await until('nobody has confirmed that the parent ended', found(api, 'did-not-end'));
});
