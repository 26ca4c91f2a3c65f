import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertRow, chainRows, nowMs, responseRow } from '../serve/support.ts';
import { type ServedConsole, serveConsole } from './console-support.ts';

let served: ServedConsole;
beforeEach(async () => {
  served = await serveConsole();
});
afterEach(() => served.app.close());

const text = (page: string) => page.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

describe('what is said first', () => {
  const incidents = (...rows: [string, string, number][]) =>
    rows.map(([severity, handling, count]) => ({ severity, handling, count }));
  it.each([
    [[], 'Nothing is open'],
    [incidents(['high', 'acknowledged', 2]), '2 open incidents, all of them in hand'],
    [
      incidents(['high', 'open', 1], ['low', 'open', 2]),
      '3 incidents that nobody has in hand, the gravest high',
    ],
    [
      incidents(['critical', 'open', 1], ['critical', 'acknowledged', 4], ['high', 'open', 9]),
      '1 critical incident that nobody has in hand',
    ],
  ])('%j', async (standing, headline) => {
    served.world.pulse = { ...served.world.pulse, incidents: standing as never };
    expect(await served.open('/')).toContain(`<h1 class="headline">${headline}</h1>`);
  });
});

it('shows what waits, what failed, and what was found, escaped', async () => {
  const { chain } = chainRows('acme', 'chn_1');
  await served.store.writeChains([chain]);
  await served.store.writeAlerts([alertRow('acme', 'alr_1', 'chn_1')]);
  const response = responseRow('acme', 'rsp_1', 'alr_1', 'chn_1');
  await served.store.writeResponses([
    { ...response, planId: 'pln_1', reason: '<script>alert(1)</script>' },
    { ...response, id: 'rsp_2', state: 'failed' },
  ]);
  served.world.pulse = {
    ...served.world.pulse,
    steps: [{ atMs: nowMs, events: 1_234, alerts: 2 }],
    detectors: [{ detector: 'scope-creep', alerts: 3, signals: 1, open: 2, severity: 'critical' }],
    lastMinute: 90,
    lastHeardMs: nowMs - 4_000,
    openChains: 5,
  };
  const page = await served.open('/', 'responder');
  expect(page).toContain('Waits for you or another responder');
  expect(page).toContain('href="/plans/pln_1"');
  expect(page).toContain('href="/responses/rsp_2"');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('<a href="/detectors/scope-creep">scope-creep</a>');
  expect(text(page)).toMatch(/Events a second 1\.5 last 4 s ago/);
  expect(text(page)).toMatch(/1,234 events, 2 alerts/);
  expect(page).toContain('data-curve');
  expect(page.match(/<h1/g)).toHaveLength(1);
  expect(text(await served.open('/', 'analyst'))).toContain('Waits for a responder');
});

it('draws a point for every piece of a day, those in which nothing happened included', async () => {
  served.world.pulse = { ...served.world.pulse, steps: [{ atMs: nowMs, events: 7, alerts: 0 }] };
  const page = await served.open('/');
  expect(page.match(/<tr><td><time/g)).toHaveLength(97);
});

it('says that a part is not well before it says anything of numbers', async () => {
  served.health.set('policy', 'degraded', 'the policy file was refused <here>');
  const page = await served.open('/');
  expect(page).toContain('policy is degraded:');
  expect(page).toContain('refused &lt;here&gt;');
  expect(page).not.toContain('All parts work');
});

describe('the first start', () => {
  it('tells how the first event gets here, from the address that the reader sees', async () => {
    served.world.stored = { events: 0, chains: 0, alerts: 0, deadLetters: 0 };
    const page = await served.open('/', 'admin');
    expect(page).toContain('<h1>No events yet</h1>');
    expect(page).toContain('curl -sS http://console.example:8443/v1/events');
    expect(page).toContain('$KEY');
    expect(page).toContain('npm start -- --demo');
    expect(page).toContain('KAFKA_BROKERS');
    expect(page).toContain('the admin key that the first start showed will do');
    expect(await served.open('/', 'analyst')).toContain('which an administrator makes');
  });

  it('says why there is no chain, and how much could have been found', async () => {
    served.world.stored = { events: 3, chains: 0, alerts: 0, deadLetters: 0 };
    expect(text(await served.open('/'))).toContain('3 events, and no chain yet.');
    served.world.stored = { events: 3, chains: 1, alerts: 0, deadLetters: 0 };
    expect(text(await served.open('/'))).toMatch(
      /1 chain, and nothing found in them\. Of \d+ detectors? \d+ see/,
    );
  });
});
