import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { demoEvents } from '../../src/evaluate/index.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

/** What the demo promises to a person who watches it. */
const ALERT_MS_MAX = 10_000;

const script = demoEvents({ startMs: 0 });
const lastEventMs = Math.max(...script.map(({ event }) => Date.parse(event.time)));

interface Demo {
  readonly api: Api;
  readonly receiver: Receiver;
  readonly startMs: number;
  readonly alertAfterMs: number;
  end(): Promise<unknown>;
}

async function playDemo(response: object): Promise<Demo> {
  const receiver = await startReceiver();
  const folder = temporaryFolder();
  const file = join(folder, 'config.yaml');
  const config = {
    outbound: {
      allow: ['127.0.0.1'],
      endpoints: [
        { name: 'soc', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }] },
        { name: 'revoker', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }], events: ['token.*'] },
      ],
      response: { mode: 'auto', endpoint: 'revoker', ...response },
    },
  };
  writeFileSync(file, stringify(config));
  const service = await startService(join(folder, 'data'), {
    args: ['--demo', '--config', file],
    env: { SOC_SECRET: receiver.secret },
  });
  const startMs = Date.now();
  const api = apiOf(service.address, service.adminKey ?? '');
  await until('the alert is raised', () => receiver.messages.some(({ type }) => type === 'incident.raised'));
  const alertAfterMs = Date.now() - startMs;
  return { api, receiver, startMs, alertAfterMs, end: () => service.end() };
}

/** Every event is taken, and the watermark has passed the last of them: what is silent now stays silent. */
function isPlayed(metrics: string, startMs: number): boolean {
  const values = new Map(
    metrics
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value]) => [name, Number(value)]),
  );
  const accepted = values.get('chainwarden_intake_events_accepted_total{source="demo"}');
  const watermarkMs = Date.now() - (values.get('chainwarden_engine_watermark_lag_seconds') ?? 0) * 1000;
  return accepted === script.length && watermarkMs > startMs + lastEventMs;
}

describe('the demo', () => {
  it('raises the named incident within ten seconds and nothing else, and rehearses the revocation', async () => {
    const { api, receiver, startMs, alertAfterMs, end } = await playDemo({});
    expect(alertAfterMs).toBeLessThan(ALERT_MS_MAX);
    await until('the demo is played to its end', async () => isPlayed(await api.metrics(), startMs), 60_000);
    const alerts = (await api.alerts()).filter(({ kind }) => kind === 'alert');
    expect(alerts).toHaveLength(1);
    const [alert] = alerts;
    expect(alert).toMatchObject({ detector: 'scope-creep', severity: 'high', state: 'open', settled: true });
    expect(alert?.title).toContain('Refund agent');
    expect(alert?.txn).toContain('refund-agent-widened');

    await until('the dry run is recorded', async () => (await api.responses()).length > 0);
    expect(await api.responses()).toMatchObject([
      {
        alertId: alert?.id,
        mode: 'dry_run',
        state: 'requested',
        action: 'token.revoke',
        target: { kind: 'token', token: alert?.revoke },
      },
    ]);
    await end();
    expect(receiver.refused).toEqual([]);
    expect(receiver.messages.map(({ type, data }) => [type, data['incidentId']])).toEqual([
      ['incident.raised', alert?.incidentId],
    ]);
  });

  it('revokes when it is told to', async () => {
    const { api, receiver, end } = await playDemo({ dryRun: false });
    await until('the revocation', () => receiver.messages.some(({ type }) => type === 'token.revoke'));
    await until('its answer is noted', async () => (await api.responses())[0]?.state === 'accepted');
    const [response, ...others] = await api.responses();
    expect(others).toEqual([]);
    expect(response).toMatchObject({ mode: 'real', httpStatus: 204, endpoint: 'revoker', attempt: 1 });
    await end();
    expect(receiver.refused).toEqual([]);
    const revocations = receiver.messages.filter(({ type }) => type === 'token.revoke');
    expect(revocations).toMatchObject([{ id: response?.id, data: { alertId: response?.alertId } }]);
  });

  it('shows a key to look around with when the data is older than the demo', async () => {
    const data = join(temporaryFolder(), 'data');
    const first = await startService(data);
    expect(first.adminKey).toBeDefined();
    await first.end();

    const second = await startService(data, { args: ['--demo'] });
    const [, key = ''] = /Analyst key for this demo: (cwk_\S+)/.exec(second.stderr()) ?? [];
    const api = apiOf(second.address, key);
    await until('the alert is raised', async () =>
      (await api.alerts()).some(({ kind, settled }) => kind === 'alert' && settled),
    );
    await second.end();
  });
});
