import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowMs, responseRow } from '../serve/support.ts';
import { type ServedConsole, serveConsole } from './console-support.ts';

const evil = '<img src=x onerror=alert(1)>';

let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole();
  const row = { ...responseRow('acme', '', 'alr_1', 'chn_1'), mode: 'real', confirms: 'callback' } as const;
  const tried = { firstAttemptMs: nowMs + 2_000, acceptedMs: nowMs + 3_000 };
  await served.store.writeResponses([
    { ...row, id: 'rsp_under', state: 'accepted', ...tried },
    { ...row, id: 'rsp_proven', state: 'confirmed', atMs: nowMs + 8_000, ...tried },
    { ...row, id: 'rsp_doubt', state: 'unconfirmed', reason: evil, ...tried },
    { ...row, id: 'rsp_failed', state: 'failed' },
    { ...row, id: 'rsp_undo', state: 'proposed', action: 'undo', undoes: 'rsp_proven' },
    { ...responseRow('rival', 'rsp_theirs', 'alr_1', 'chn_1'), state: 'failed' },
  ]);
});
afterAll(() => served.app.close());

/** What stands under one heading. */
function partOf(page: string, heading: string): string {
  return page.split('<section').find((part) => part.includes(`>${heading}</h2>`)) ?? '';
}

describe('responses', () => {
  it('stand under what is awaited of them', async () => {
    const page = await served.open('/responses');
    for (const [heading, id] of [
      ['Waits for a person', 'rsp_undo'],
      ['Under way', 'rsp_under'],
      ['Unconfirmed', 'rsp_doubt'],
      ['Failed', 'rsp_failed'],
      ['Done and decided', 'rsp_proven'],
    ] as const) {
      expect(partOf(page, heading), heading).toContain(`href="/responses/${id}"`);
    }
    expect(page).not.toContain('rsp_theirs');
    expect(page).not.toContain('<img');
  });

  it('are filtered by state', async () => {
    const page = await served.open('/responses?state=failed');
    expect(page).toContain('rsp_failed');
    expect(page).not.toContain('rsp_doubt');
    expect(await served.open('/responses?state=expired')).toContain('No responses match.');
  });

  it('tell how long they took until they were tried and proven', async () => {
    const page = (await served.open('/responses/rsp_proven')).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(page).toContain('First tried after 2.0 s');
    expect(page).toContain('Proven after 5.0 s');
  });

  it('can be confirmed or given back by whoever may', async () => {
    const confirm = 'action="/responses/rsp_doubt/confirm"';
    expect(await served.open('/responses/rsp_doubt')).not.toContain(confirm);
    expect(await served.open('/responses/rsp_doubt', 'responder')).toContain(confirm);
    const undo = 'action="/responses/rsp_undo/undo"';
    expect(await served.open('/responses/rsp_undo')).not.toContain(undo);
    expect(await served.open('/responses/rsp_undo', 'responder')).toContain(undo);
  });

  it('of another tenant are not there', async () => {
    expect(await served.open('/responses/rsp_theirs')).toContain('Not found');
  });
});

it('says of what cannot be read that this is not the same as none', async () => {
  const broken = await serveConsole({
    operations: {
      alertCounts: () => Promise.reject(new Error('away')),
      producers: () => Promise.reject(new Error('away')),
      refusals: async () => [],
      policyHistory: () => Promise.reject(new Error('away')),
    },
  });
  const health = await broken.open('/health');
  expect(health).toContain('Who is heard cannot be read');
  expect(health).toContain('That is not the same as none.');
  expect(await broken.open('/detectors')).toContain('unknown');
  expect(await broken.open('/policy')).toContain('Earlier policies cannot be shown now');
  await broken.app.close();
});
