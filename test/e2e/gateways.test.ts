import { describe, expect, it } from 'vitest';
import { sampleEvents } from '../../src/evaluate/sample.ts';
import { apiOf } from '../support/api.ts';
import { startService, temporaryFolder } from '../support/service.ts';
import { until } from '../support/until.ts';

interface Decision {
  readonly decision: boolean;
  readonly context: {
    readonly reason: string;
    readonly objections?: readonly { readonly detector: string; readonly alert: string }[];
  };
}

/** The sample's errands, told as of now. */
function errands(): { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[] {
  const events = sampleEvents();
  const shiftMs = Date.now() - Date.parse(events.at(-1)?.time ?? '');
  return events.map((event) => ({
    ...event,
    time: new Date(Date.parse(event.time) + shiftMs).toISOString(),
    data: Object.fromEntries(
      Object.entries(event.data).map(([name, value]) =>
        (name === 'iat' || name === 'exp') && typeof value === 'number'
          ? [name, value + Math.round(shiftMs / 1000)]
          : [name, value],
      ),
    ),
  }));
}

describe('a gateway', () => {
  it('is told not to take a step below an alert, until people say that nothing is wrong', async () => {
    const service = await startService(temporaryFolder());
    const api = apiOf(service.address, service.adminKey ?? '');
    const admin = { authorization: `Bearer ${service.adminKey}`, 'content-type': 'application/json' };
    const made = await fetch(`${service.address}/v1/keys`, {
      ...{ method: 'POST', headers: admin, body: JSON.stringify({ name: 'edge', role: 'gateway' }) },
    });
    const { text } = (await made.json()) as { text: string };
    const ask = async (token: unknown): Promise<Decision> => {
      const answer = await fetch(`${service.address}/access/v1/evaluation`, {
        method: 'POST',
        headers: { ...admin, authorization: `Bearer ${text}` },
        body: JSON.stringify({
          ...{ subject: { type: 'agent', id: 'refund-agent' }, action: { name: 'read' } },
          ...{ resource: { type: 'crm', id: 'orders/1' }, context: { token } },
        }),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as Decision;
    };

    const events = errands();
    expect(await api.publish(events)).toBe(202);
    await until('the alert', async () => (await api.alerts()).length > 0);
    const [alert] = await api.alerts();
    const tokens = events.flatMap(({ data }) => (data['tokenKind'] === undefined ? [] : [data['token']]));
    const answers = await Promise.all(tokens.map(ask));
    const denied = tokens[answers.findIndex(({ decision }) => !decision)];
    expect(answers.filter(({ decision }) => decision).length).toBeGreaterThan(0);
    expect(await ask(denied)).toMatchObject({
      decision: false,
      context: { reason: 'standing-alert', objections: [{ detector: 'scope-creep', alert: alert?.id }] },
    });
    expect(await ask({ hash: `sha256:${'a'.repeat(43)}` })).toMatchObject({
      ...{ decision: true, context: { reason: 'unknown' } },
    });
    expect(
      (await fetch(`${service.address}/v1/chains`, { headers: { authorization: `Bearer ${text}` } })).status,
    ).toBe(403);

    const closed = await fetch(`${service.address}/v1/alerts/${alert?.id}/actions`, {
      ...{
        method: 'POST',
        headers: admin,
        body: JSON.stringify({ verb: 'close', reason: 'agreed by mail' }),
      },
    });
    expect(closed.status).toBe(201);
    await until('the step may be taken', async () => (await ask(denied)).decision);
    const page = await (await fetch(`${service.address}/metrics`, { headers: admin })).text();
    expect(page).toMatch(/chainwarden_step_decisions_total\{decision="deny",reason="standing-alert"\} [1-9]/);
    await service.end();
  }, 60_000);
});
