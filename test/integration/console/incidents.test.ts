import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Api, apiOf } from '../../support/api.ts';
import { createCookieJar } from '../../support/cookie-jar.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { type RunningService, startService, temporaryFolder } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const title = 'Refund agent gained crm:write beyond what its parent token held';

let receiver: Receiver;
let service: RunningService;
let api: Api;
let incidentId: string;

interface Somebody {
  open(path: string): Promise<string>;
  send(path: string, form: Readonly<Record<string, string>>): Promise<string>;
  readonly cookie: string;
}

/** Somebody with a key of this role, signed in as a browser is. */
async function signIn(role: 'analyst' | 'responder'): Promise<Somebody> {
  const { text } = await api.ask<{ text: string }>('/v1/keys', { name: `the ${role}`, role });
  const jar = createCookieJar();
  const at = (path: string) => `${service.address}${path}`;
  await jar.visit(at('/login'), { key: text });
  const cookie = `chainwarden=${jar.cookie(service.address, 'chainwarden')}`;
  return {
    open: async (path) => (await jar.visit(at(path))).text,
    send: async (path, form) => (await jar.visit(at(path), form)).text,
    cookie,
  };
}

/** The service with a connector that could revoke for real, in dry run as it is shipped; the demo's attack plays. */
beforeAll(async () => {
  receiver = await startReceiver();
  const folder = temporaryFolder();
  const file = join(folder, 'config.yaml');
  const revoker = {
    name: 'revoker',
    kind: 'webhook',
    url: receiver.url,
    secrets: [{ env: 'REVOKER_SECRET' }],
  };
  writeFileSync(file, stringify({ outbound: { allow: ['127.0.0.1'], connectors: [revoker] } }));
  service = await startService(join(folder, 'data'), {
    args: ['--demo', '--config', file],
    env: { REVOKER_SECRET: receiver.secret },
  });
  api = apiOf(service.address, service.adminKey ?? '');
  const listed = () => api.ask<{ items: { id: string; title: string }[] }>('/v1/incidents');
  await until('the attack is found', async () => (await listed()).items.some((one) => one.title === title));
  incidentId = (await listed()).items.find((one) => one.title === title)?.id ?? '';
});
afterAll(async () => {
  await service.end();
});

describe('an incident, from the page until it is closed', () => {
  it('is found and acknowledged by an analyst, who is offered no word on a plan', async () => {
    const analyst = await signIn('analyst');
    const queue = await analyst.open('/incidents');
    expect(queue).toContain(title);
    expect(queue).toContain(`value="${incidentId}"`);
    const page = await analyst.open(`/incidents/${incidentId}?why=look`);
    expect(page).toContain('broke here');
    expect(page).toMatch(/<code>crm:write<\/code> added/);
    expect(page).toContain('What would end, as of now');
    expect(page).not.toContain('/approve"');
    expect(page).not.toContain('/revoke"');
    const told = await analyst.send('/incidents', {
      id: incidentId,
      verb: 'acknowledge',
      back: '/incidents',
    });
    expect(told).toContain('Acknowledged 1 alert of 1 chosen.');
    expect(await analyst.open(`/incidents/${incidentId}`)).toContain(
      '<strong>the analyst</strong> acknowledged it',
    );
    const again = await analyst.send('/incidents', { id: incidentId, verb: 'acknowledge' });
    expect(again).toContain('1 had nothing left to acknowledge.');
  });

  it('is not acted on by a form of another site, nor by a role that may not', async () => {
    const { alerts } = await api.ask<{ alerts: { id: string }[] }>(`/v1/incidents/${incidentId}`);
    const analyst = await signIn('analyst');
    const foreign = await fetch(`${service.address}/incidents/${incidentId}`, {
      ...{
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ verb: 'close', reason: 'a test' }),
      },
      headers: { cookie: analyst.cookie, origin: 'https://evil.example' },
    });
    expect(foreign.status).toBe(403);
    const refused = await analyst.send(`/alerts/${alerts[0]?.id}/revoke`, { reason: 'x', digest: 'y' });
    expect(refused).toContain('Your role does not allow this');
    const { incident } = await api.ask<{ incident: { handling: object } }>(`/v1/incidents/${incidentId}`);
    expect(incident.handling).toEqual({ state: 'acknowledged', assignees: [] });
  });

  it('is revoked in dry run as it was shown, and then closed with a reason', async () => {
    const responder = await signIn('responder');
    const shown = await responder.open(`/incidents/${incidentId}?why=seen+in+triage`);
    const [, action = ''] = /action="(\/alerts\/[^"]+\/revoke)"/.exec(shown) ?? [];
    const [, digest = ''] =
      /name="digest" value="([0-9a-f]{64})">\n<input type="hidden" name="back"/.exec(shown) ?? [];
    expect(shown).toContain('dry run');
    expect(shown).toContain('revoker');
    const form = { reason: 'seen in triage', back: `/incidents/${incidentId}` };
    const stale = await responder.send(action, { ...form, digest: '0'.repeat(64) });
    expect(stale).toContain('what would end has changed since it was shown');
    const done = await responder.send(action, { ...form, digest });
    expect(done).toContain('It is a dry run: the last request is not sent.');
    expect(done).toContain('<strong>the responder</strong> planned to end it');
    expect(receiver.messages.filter(({ type }) => type.startsWith('token.'))).toEqual([]);

    const closing = { verb: 'close', reason: 'contained: its authority was ended', words: 'told the owner' };
    const closed = await responder.send(`/incidents/${incidentId}`, closing);
    expect(closed).toContain('Closed 1 alert of 1 chosen.');
    expect(closed).toContain('contained: its authority was ended; told the owner');
    expect(await responder.open('/incidents')).not.toContain(title);
    expect(await responder.open('/incidents?state=closed')).toContain(title);
  });

  it('is taken along as Markdown', async () => {
    const analyst = await signIn('analyst');
    const text = await analyst.open(`/incidents/${incidentId}/export.md`);
    expect(text).toContain('# Incident: Refund agent gained crm\\:write beyond');
    expect(text).toContain('- added ` crm:write `');
  });
});
