import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Service, startService } from '../../../src/main.ts';
import { apiOf } from '../../support/api.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../../unit/cli/support.ts';

let service: Service | undefined;
afterAll(() => service?.stop());

const iss = 'https://login.example.com';
const minted = (jti: string, scope: readonly string[], parents: readonly string[]) => ({
  specversion: '1.0',
  id: jti,
  source: iss,
  type: 'com.example.token.issued.v1',
  time: new Date().toISOString(),
  data: {
    v: 1,
    type: 'token.issued',
    token: { iss, jti },
    tokenKind: 'access_token',
    grant: 'exchange',
    subject: { id: 'user:maya', kind: 'human' },
    actor: { id: 'agent:refund', kind: 'agent' },
    scope,
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 600,
    parents: parents.map((parent) => ({ iss, jti: parent })),
  },
});

it('keeps from paging what policy excepts, shows it, and counts it once', async () => {
  const base = loadConfig({ env: { CHAINWARDEN_DATA: temporaryFolder(), CHAINWARDEN_PORT: '0' } });
  const exception = {
    id: 'known-refund',
    detector: 'scope-creep',
    scope: { actor: '*refund*' },
    owner: 'crm team',
    reason: 'until the new client is out',
    ticket: 'CRM-12',
    expires: new Date(Date.now() + 86_400_000).toISOString(),
  };
  service = await startService({
    ...base,
    policy: { ...base.policy, exceptions: [exception] },
    logLevel: 'silent',
  });
  const api = apiOf(service.address, service.adminKey ?? '');
  expect(
    await api.publish([minted('a', ['crm:read'], []), minted('b', ['crm:read', 'crm:admin'], ['a'])]),
  ).toBe(202);
  await until('it is found', async () =>
    (await api.alerts()).some(({ detector }) => detector === 'scope-creep'),
  );
  const [alert] = (await api.alerts()).filter(({ detector }) => detector === 'scope-creep');
  expect(alert).toMatchObject({ kind: 'signal', exceptions: ['known-refund'] });
  const counted =
    /^chainwarden_exceptions_applied_total\{exception="known-refund",detector="scope-creep"\} (\d+)$/m;
  expect(counted.exec(await api.metrics())?.[1]).toBe('1');
  const headers = { authorization: `Bearer ${service.adminKey}` };
  const listed = await (await fetch(`${service.address}/v1/exceptions`, { headers })).json();
  expect(listed).toMatchObject({ items: [{ id: 'known-refund', state: 'in force', alerts: 1 }] });
  const settings = (await (await fetch(`${service.address}/v1/detectors`, { headers })).json()) as {
    items: { id: string; mode: string; config: object }[];
  };
  expect(settings.items.find(({ id }) => id === 'child-outlives-parent')).toMatchObject({ mode: 'shadow' });
});
