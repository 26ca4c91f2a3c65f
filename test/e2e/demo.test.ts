import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { EvidencePack } from '../../src/domain/evidence.ts';
import { demoEvents } from '../../src/evaluate/index.ts';
import { type Api, apiOf } from '../support/api.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { runProgram, startService, temporaryFolder } from '../support/service.ts';
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
      endpoints: [{ name: 'soc', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }] }],
      connectors: [{ name: 'revoker', kind: 'webhook', url: receiver.url, secrets: [{ env: 'SOC_SECRET' }] }],
      response,
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

/** As a person does who has seen the plan of the alert. */
async function approve(api: Api, alertId: string): Promise<void> {
  const { items } = await api.ask<{ items: { id: string; digest: string }[] }>(`/v1/plans?alert=${alertId}`);
  const [plan] = items;
  await api.ask(`/v1/plans/${plan?.id}/approve`, { digest: plan?.digest, reason: 'the test' });
}

/** From alert to proof in one document, which is whole for whoever has the key and an end of the audit. */
async function expectProof(api: Api, chainId: string, responseId: string): Promise<void> {
  const folder = temporaryFolder();
  const keep = async (name: string, path: string) => {
    const file = join(folder, name);
    const answer = await api.ask<EvidencePack>(path);
    writeFileSync(file, JSON.stringify(answer));
    return { file, answer };
  };
  const key = await keep('key.json', '/v1/evidence-key');
  const head = await keep('head.json', '/v1/audit/head');
  const { file, answer } = await keep('pack.json', `/v1/chains/${chainId}/evidence`);
  const { alerts } = answer.parts['record'] as {
    alerts: { responses: { responseId: string; states: object[] }[] }[];
  };
  const told = alerts.flatMap(({ responses }) => responses).filter((one) => one.responseId === responseId);
  expect(told).toMatchObject([
    {
      states: [{ state: 'proposed' }, { state: 'requested' }, { state: 'accepted' }, { state: 'confirmed' }],
      decisions: [{ verb: 'approve', by: 'first admin' }],
    },
  ]);
  const args = ['--key', key.file, '--head', head.file];
  expect(await runProgram(['verify', file, ...args])).toMatchObject({ code: 0, stderr: '' });
  writeFileSync(file, JSON.stringify(answer).replace('"approve"', '"deny"'));
  const { code, stdout } = await runProgram(['verify', file, ...args]);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/^parts\.\w+: it was changed\n/),
  });
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

    await approve(api, alert?.id ?? '');
    await until('the dry run is recorded', async () => (await api.responses())[0]?.state === 'requested');
    expect(await api.responses()).toMatchObject([
      { alertId: alert?.id, mode: 'dry_run', action: 'token.revoke', target: { token: alert?.revoke } },
    ]);
    await end();
    expect(receiver.refused).toEqual([]);
    expect(receiver.messages.map(({ type, data }) => [type, data['incidentId']])).toEqual([
      ['incident.raised', alert?.incidentId],
    ]);
  });

  it('revokes when it is told to, and takes the receiver at its word', async () => {
    const { api, receiver, end } = await playDemo({ dryRun: false });
    await until('the proposal', async () => (await api.responses())[0]?.state === 'proposed');
    const [{ id = '', alertId = '' } = {}] = await api.responses();
    await approve(api, alertId);
    await until('its answer is noted', async () => (await api.responses())[0]?.state === 'accepted');
    const [response, ...others] = await api.responses();
    expect(others).toEqual([]);
    expect(response).toMatchObject({ id, mode: 'real', httpStatus: 204, endpoint: 'revoker', attempt: 1 });
    await api.ask(`/v1/responses/${id}/confirm`, { reason: 'the token is gone' });
    expect((await api.responses())[0]?.state).toBe('confirmed');
    await expectProof(api, response?.chainId ?? '', id);
    await end();
    expect(receiver.refused).toEqual([]);
    const revocations = receiver.messages.filter(({ type }) => type === 'token.revoke');
    expect(revocations).toMatchObject([{ id, data: { alertId, target: { kind: 'token' } } }]);
  });

  it('ends a token at a real authorization server, while one watches', async () => {
    const service = await startService(join(temporaryFolder(), 'data'), { args: ['--demo', '--with-idp'] });
    const isOver = (): boolean => /Revoked there[\s\S]*Payout agent.*\n/.test(service.stderr());
    await until('the tokens die on the screen', isOver, 60_000);
    const [before = '', after = ''] = service.stderr().split('Revoked there');
    const lives = (screen: string) =>
      [...screen.matchAll(/^ {2}(\w+ \w+) .* (active|INACTIVE)$/gm)].map(([, ...row]) => row);
    expect(lives(before).map(([, life]) => life)).toEqual(['active', 'active', 'active', 'active']);
    expect(lives(after)).toEqual([
      ['Maya Lindqvist', 'active'],
      ['Support agent', 'active'],
      ['Refund agent', 'INACTIVE'],
      ['Payout agent', 'INACTIVE'],
    ]);
    const { code } = await service.end();
    expect(code).toBe(0);
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
