import { afterAll, beforeAll, expect, it } from 'vitest';
import { consolePages } from '../../../dashboards/console/index.ts';
import type { Store } from '../../../src/domain/ports.ts';
import { refKey } from '../../../src/domain/token.ts';
import { createSessions } from '../../../src/serve/index.ts';
import { openTestStore } from '../../support/store.ts';
import { alertRow, chainRows, nowMs, type Served, serve, token } from '../serve/support.ts';
import { anIncident } from '../store/rows.ts';

/** In every member that a page shows; nothing of it may come out as markup. */
const evil = `"><img src=x onerror=alert(1)></title><script>alert('x')</script>\u202e\n# [x](y) | \`z\``;

let store: Store;
let served: Served;

beforeAll(async () => {
  ({ store } = await openTestStore());
  const { chain, hop, actions } = chainRows('acme', 'chn_1');
  const agent = { id: evil, kind: 'agent', name: evil } as const;
  const key = refKey(token);
  await store.writeChains([{ ...chain, initiator: { ...agent, kind: 'human' } }]);
  await store.writeHops([{ ...hop, to: agent, scope: [evil], addedScope: [evil], parentKey: undefined }]);
  await store.writeActions(
    actions.map((action) => ({ ...action, actor: agent, action: evil, resource: evil })),
  );
  const names = { initiator: evil, actor: evil, owner: evil, target: evil, environment: evil, title: evil };
  const subject = { kind: 'token', key, label: evil } as const;
  const evidence = { 'hop-drift': { [evil]: [evil], observed: 61, ceiling: 20 } };
  const hostile = { ...names, subject, evidence, hop: key, incidentId: 'inc_evil', nextStep: evil };
  await store.writeAlerts([
    alertRow('acme', 'alr_evil', 'chn_1', hostile),
    alertRow('acme', 'alr_calm', 'chn_1', { incidentId: 'inc_evil', title: 'calm' }),
    alertRow('acme', 'alr_gone', 'chn_1', { withdrawn: true, nextStep: 'Nothing: it has been found.' }),
    alertRow('acme', 'alr_old', 'chn_1', { mergedInto: 'alr_calm' }),
    ...Array.from({ length: 1_100 }, (_, index) =>
      alertRow('acme', `alr_${index}`, 'chn_1', { kind: 'signal', actor: 'many', lastAtMs: nowMs - index }),
    ),
  ]);
  const told = { ...names, subject, detectors: ['scope-creep'], nextStep: evil, alertCount: 2 };
  await store.writeIncidents([
    anIncident({ tenant: 'acme', id: 'inc_evil', ...told }),
    anIncident({ tenant: 'acme', id: 'inc_before', state: 'merged', mergedInto: 'inc_evil' }),
    anIncident({ tenant: 'acme', id: 'inc_over', state: 'withdrawn', title: 'it was nothing' }),
  ]);
  const clock = () => nowMs;
  const sessions = createSessions(clock);
  served = await serve(store, {
    sessions,
    pages: (access) => consolePages({ sessions, access, clock, version: '0', isSecure: false }),
  });
});
afterAll(async () => {
  await served.app.close();
  await store.close();
});

/** One visit of somebody who has just signed in; a form is sent from this site. */
async function visit(path: string, form?: Readonly<Record<string, string | readonly string[]>>) {
  const site = { 'sec-fetch-site': 'same-origin' };
  const signedIn = await served.app.inject({
    ...{ method: 'POST', url: '/login', headers: site },
    payload: { key: served.as('analyst').authorization.slice('Bearer '.length) },
  });
  const [cookie] = signedIn.cookies;
  const cookies = { [cookie?.name ?? '']: cookie?.value ?? '' };
  const page = { accept: 'text/html' };
  if (form === undefined) return served.app.inject({ url: path, headers: page, cookies });
  await served.app.inject({ method: 'POST', url: path, headers: site, cookies, payload: form as object });
  return served.app.inject({ url: '/incidents?state=all', headers: page, cookies });
}

it.each([
  '/incidents',
  '/incidents?state=all&order=severity',
  '/incidents/inc_evil',
  '/alerts',
  '/alerts/alr_evil',
  `/incidents?detector=${encodeURIComponent(evil)}`,
])('shows no string as markup: %s', async (path) => {
  const { statusCode, body } = await visit(path);
  expect(statusCode).toBe(200);
  expect(body).not.toMatch(/<img|<script>|onerror=alert\(1\)>|\u202e/);
  expect(body).toContain('&lt;img src=x');
});

it('takes no string for Markdown, either', async () => {
  const { statusCode, headers, body } = await visit('/incidents/inc_evil/export.md');
  expect(statusCode).toBe(200);
  expect(headers['content-disposition']).toBe('attachment; filename="inc_evil.md"');
  expect(headers['content-type']).toContain('text/markdown');
  const prose = body.replace(/(?<!\\)(`+) .*? \1/g, '');
  expect(prose).not.toMatch(/(?<!\\)[<[`]|\u202e/);
  expect(body.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
});

it('compares what was observed with what bounds it', async () => {
  const { body } = await visit('/alerts/alr_evil');
  expect(body).toContain('Observed against what bounds it');
  expect(body).toContain('+41, 3.0 times as much');
});

it('leads from what merged to what carries on, and says why something was withdrawn', async () => {
  const merged = await visit('/incidents/inc_before');
  expect(merged.body).toContain('which carries on');
  expect(merged.body).toContain('inc_before');
  expect((await visit('/incidents/inc_over')).body).toContain('Withdrawn: nothing of it pages any more.');
  expect((await visit('/alerts/alr_gone')).body).toContain('Withdrawn: what came in later showed');
  expect((await visit('/alerts/alr_old')).body).toContain('href="/alerts/alr_calm"');
  expect((await visit('/incidents/absent')).statusCode).toBe(404);
});

it('puts a thousand alerts on one page where they are asked for', async () => {
  const { body } = await visit('/alerts?actor=many&limit=1000');
  expect(body.split('<tr data-row>')).toHaveLength(1_001);
  expect(body).toContain('rel="next"');
  expect((await visit('/alerts?actor=many')).body.split('<tr data-row>')).toHaveLength(51);
});

it('tells of many exactly which were done and which were not', async () => {
  const form = { id: ['inc_evil', 'absent'], verb: 'assign', assignee: 'olga' };
  const { body } = await visit('/incidents', form);
  expect(body).toContain(
    'Assigned 2 alerts of 1 chosen. Not done for 1: “absent” (no incident has this id).',
  );
  expect(body).toContain('<span class="muted">olga</span>');
  const nothing = await visit('/incidents', { verb: 'acknowledge' });
  expect(nothing.body).toContain('Nothing was chosen');
  const empty = await visit('/incidents', { id: 'inc_evil', verb: 'nonsense' });
  expect(empty.body).toContain('Nothing was changed. Not done for 1');
});
