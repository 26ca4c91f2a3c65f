import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nowMs } from '../serve/support.ts';
import { anEntry } from '../store/rows.ts';
import { type ServedConsole, serveConsole } from './console-support.ts';

const evil = '"><script>alert(1)</script>';

let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole({
    delivery: {
      lanes: [
        {
          ...{ endpoint: 'pager', disabled: false, waiting: 3, inFlight: 0, overflowed: true, gone: true },
          ...{ pausedUntilMs: 0, failingSinceMs: nowMs - 60_000, lastError: evil, lastDeliveryMs: undefined },
        },
      ],
      revive: async (_, ids) => ids.length,
    },
  });
  const of = { tenant: 'acme', createdMs: nowMs, nextAttemptMs: nowMs, lastError: evil };
  await served.store.writeOutbox([
    anEntry({ ...of, id: 'msg_told', state: 'dead', responseId: '' }),
    anEntry({ ...of, id: 'msg_revoke', state: 'dead', responseId: 'rsp_1', type: 'token.revoke' }),
    anEntry({ ...of, id: 'msg_over', state: 'dead', responseId: '', isCancelled: true }),
    anEntry({ ...of, id: 'msg_left', state: 'delivered', responseId: '' }),
    anEntry({ ...of, tenant: 'rival', id: 'msg_theirs', state: 'dead' }),
  ]);
});
afterAll(() => served.app.close());

const replay = (id: string) => `action="/deliveries/${id}/replay"`;

describe('messages out', () => {
  it('are offered to be sent again to whoever may, and only those that were given up', async () => {
    const analyst = await served.open('/deliveries');
    expect(analyst).toContain(replay('msg_told'));
    for (const id of ['msg_revoke', 'msg_over', 'msg_left']) expect(analyst).not.toContain(replay(id));
    expect(analyst).not.toContain('msg_theirs');
    expect(await served.open('/deliveries', 'responder')).toContain(replay('msg_revoke'));
    expect(analyst).not.toContain('<script>alert');
  });

  it('are filtered by state, and say so when none is left', async () => {
    const page = await served.open('/deliveries?state=pending');
    expect(page).toContain('No messages match.');
    expect(page).toContain('href="/deliveries"');
  });

  it('stand with the health of their channels', async () => {
    const page = await served.open('/health');
    expect(page).toContain('pager: gone');
    expect(page).toContain('were given up');
    expect(page).toContain(replay('msg_told'));
    expect(page).not.toContain('<script>alert');
  });
});
