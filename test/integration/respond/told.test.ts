import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Service, startService } from '../../../src/main.ts';
import { OutboundConfig } from '../../../src/respond/config.ts';
import { apiOf } from '../../support/api.ts';
import { type Peer, startPeer } from '../../support/peer.ts';
import { until } from '../../support/until.ts';
import { temporaryFolder } from '../../unit/cli/support.ts';
import { faults } from '../../unit/domain/ocsf/schema.ts';

const data = temporaryFolder();
const iss = 'https://as.example';
const ann = { id: 'ann@example', kind: 'human' };
const agent = { id: 'agent/crm', kind: 'agent', owner: 'team:crm' };

let slack: Peer;
let pager: Peer;
let siem: Peer;
let service: Service;
let key: string;

function secret(name: string, text: string): { file: string } {
  const file = join(data, name);
  writeFileSync(file, text);
  return { file };
}

async function start(): Promise<void> {
  const base = loadConfig({ env: { CHAINWARDEN_DATA: join(data, 'cw'), CHAINWARDEN_PORT: '0' } });
  const token = secret('slack', 'xoxb-0123456789-abcdef');
  const routingKey = secret('pager', 'R0123456789abcdefghijklmnopqrstu');
  const outbound = OutboundConfig.parse({
    publicUrl: 'https://cw.example',
    allow: ['127.0.0.1'],
    connectors: [{ kind: 'deny_list', name: 'edge' }],
    response: { mode: 'auto' },
    endpoints: [
      { kind: 'slack', name: 'chat', token, channel: '#crm', api: slack.url, owners: ['team:crm'] },
      { kind: 'slack', name: 'others', token, channel: '#mail', api: slack.url, owners: ['team:mail'] },
      { kind: 'pagerduty', name: 'pager', routingKey, url: pager.url, minSeverity: 'high' },
      { kind: 'ocsf', name: 'siem', version: '1.9.0', url: siem.url },
    ],
  });
  service = await startService({ ...base, outbound, logLevel: 'silent' });
  key = service.adminKey ?? key;
}

beforeAll(async () => {
  [slack, pager, siem] = await Promise.all([startPeer(), startPeer(), startPeer()]);
  slack.answer = (_, n) => ({ status: 200, body: { ok: true, ts: `1717.${n}` } });
  pager.answer = () => ({ status: 202, body: { status: 'success' } });
  await start();
}, 60_000);
afterAll(() => service?.stop());

const ask = <T>(path: string, body?: object): Promise<T> =>
  apiOf(service.address, key).ask(`/v1${path}`, body);

let sent = 0;
function event(type: string, of: object): object {
  sent += 1;
  const time = new Date().toISOString();
  return {
    specversion: '1.0',
    id: `e${sent}`,
    source: iss,
    type: `x.${type}.v1`,
    time,
    data: { v: 1, type, ...of },
  };
}

const act = (verb: string, id: string) =>
  ask(`/alerts/${id}/actions`, verb === 'close' ? { verb, reason: 'planned by <!channel>' } : { verb });
const pagerHeard = () => pager.heard.map(({ body }) => body['event_action']);
const openAlerts = async (): Promise<string[]> => {
  const { items } = await ask<{ items: { id: string; incidentId?: string }[] }>(
    '/alerts?kind=alert&state=open',
  );
  return items.filter(({ incidentId }) => incidentId !== undefined).map(({ id }) => id);
};

/** An agent that gains a scope at an exchange, and uses it. */
async function gainAndUse(jti: string): Promise<void> {
  const seconds = Math.floor(Date.now() / 1000);
  const common = { tokenKind: 'access_token', subject: ann, actor: agent, iat: seconds, exp: seconds + 600 };
  const [root, widened] = [`root-${jti}`, jti].map((name) => ({ iss, jti: name }));
  await ask(
    '/events',
    event('token.issued', { ...common, token: root, grant: 'authorization_code', scope: ['crm:read'] }),
  );
  await ask(
    '/events',
    event('token.exchanged', {
      ...common,
      token: widened,
      parents: [root],
      grant: 'urn:ietf:params:oauth:grant-type:token-exchange',
      scope: ['crm:read', 'crm:write'],
    }),
  );
  const call = { actor: agent, target: { system: 'crm' }, action: 'write', effect: 'write', token: widened };
  await ask('/events', event('api.called', call));
}

it('tells people of an incident, in their places, until they have closed it; once', async () => {
  await gainAndUse('widened');
  await until('everybody is told', () => [slack, pager, siem].every(({ heard }) => heard.length > 0));
  expect(slack.heard[0]?.body).toMatchObject({
    channel: '#crm',
    text: expect.stringMatching(/^[A-Z]+: .*crm:write/),
  });
  expect(slack.heard[0]?.body).not.toHaveProperty('thread_ts');
  expect(pager.heard[0]?.body).toMatchObject({
    event_action: 'trigger',
    dedup_key: expect.stringMatching(/^inc_/),
  });
  expect(faults(siem.heard[0]?.body ?? {}, '1.9.0')).toEqual([]);
  const [before] = [slack.heard.length];

  const alerts = await openAlerts();
  for (const id of alerts) await act('close', id);
  await until('PagerDuty is told of the end', () => pagerHeard().includes('resolve'));
  await until('Slack is told of the end', () => slack.heard.length > before);
  const end = slack.heard.at(-1)?.body;
  expect(end).toMatchObject({
    thread_ts: '1717.0',
    text: expect.stringContaining('planned by &lt;!channel&gt;'),
  });
  await until('the SIEM is told of the end', () => siem.heard.at(-1)?.body['activity_id'] === 3);
  expect(siem.heard.at(-1)?.body).toMatchObject({ notes: [{ comment: 'planned by <!channel>' }] });

  // A start looks at the same closings again; a second closing is a second end.
  await service.stop();
  await start();
  const [first = ''] = alerts;
  await act('reopen', first);
  await act('close', first);
  const resolved = () => pagerHeard().filter((action) => action === 'resolve').length;
  await until('the second end', () => resolved() > 1);
  expect(resolved()).toBe(2);
  expect(slack.heard.every(({ body }) => body['channel'] === '#crm')).toBe(true);
  expect(new Set(pager.heard.map(({ body }) => body['dedup_key'])).size).toBe(1);
});

it('lets a detector act alone once an admin has looked at what it would have done', async () => {
  const states = async (jti: string) => {
    const { items } = await ask<{
      items: { state: string; mode: string; detector: string; target: object }[];
    }>('/responses');
    return items
      .filter(
        ({ target, detector }) => detector === 'scope-creep' && JSON.stringify(target).includes(`"${jti}"`),
      )
      .map(({ state, mode }) => `${state} ${mode}`);
  };
  await until('it proposes', async () => (await states('widened')).length > 0);
  expect(await states('widened')).toEqual(['proposed dry_run']);
  const { id, counts } = await ask<{ id: string; counts: object }>('/detectors/scope-creep/backtest', {});
  expect(counts).toMatchObject({ alerts: 1, acted: 1, tokens: 1, usedAfter: 1 });
  await ask(`/backtests/${id}`);
  await ask('/detectors/scope-creep/mode', { mode: 'auto', backtest: id, reason: 'one alert, one token' });

  await gainAndUse('again');
  await until('it acts', async () => (await states('again')).length > 0);
  expect(await states('again')).toEqual(['requested dry_run']);
  const { items } = await ask<{ items: { kind: string; subjectId: string }[] }>('/audit?limit=500');
  const kinds = items
    .filter(({ subjectId }) => [id, 'scope-creep'].includes(subjectId))
    .map(({ kind }) => kind);
  expect(kinds.sort()).toEqual(['backtest.made', 'backtest.opened', 'mode.changed']);
});
