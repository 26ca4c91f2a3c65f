import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Service, startService } from '../../../src/main.ts';
import { apiOf } from '../../support/api.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../../unit/cli/support.ts';

let service: Service | undefined;
afterAll(() => service?.stop());

const iss = 'https://login.example.com';
const issued = {
  specversion: '1.0',
  id: 'a',
  source: iss,
  type: 'com.example.token.issued.v1',
  time: new Date().toISOString(),
  data: {
    v: 1,
    type: 'token.issued',
    token: { iss, jti: 'a' },
    tokenKind: 'access_token',
    grant: 'exchange',
    subject: { id: 'user:maya', kind: 'human' },
    actor: { id: 'agent:refund', kind: 'agent' },
    scope: ['crm:read'],
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 600,
    parents: [],
  },
};

it('shows what the store and each detector of a running service take', async () => {
  const config = loadConfig({ env: { CHAINWARDEN_DATA: temporaryFolder(), CHAINWARDEN_PORT: '0' } });
  service = await startService({ ...config, logLevel: 'silent' });
  const api = apiOf(service.address, service.adminKey ?? '');
  expect(await api.publish([issued])).toBe(202);
  let page = '';
  const seen = (pattern: RegExp): boolean => pattern.test(page);
  await until('the event is stored, judged and counted', async () => {
    page = await api.metrics();
    return (
      seen(/^chainwarden_store_written_rows_total\{table="events"\} 1$/m) &&
      seen(/^chainwarden_detector_evaluations_total\{detector="[\w-]+"\} [1-9]/m)
    );
  });
  await api.alerts();
  page = await api.metrics();
  expect(page).toMatch(/^chainwarden_store_write_duration_seconds_count\{table="hops"\} [1-9]/m);
  expect(page).toMatch(/^chainwarden_store_read_duration_seconds_count\{operation="listing alerts"\} 1$/m);
  expect(page).toMatch(/^chainwarden_detector_evaluation_seconds_total\{detector="[\w-]+"\} \d/m);
  expect(page).not.toMatch(/^chainwarden_store_failures_total\{/m);
  expect(page).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
});
