import { expect, it } from 'vitest';
import type { Response } from '../../../src/domain/response.ts';
import { createTaken } from '../../../src/respond/taken.ts';

const minute = 60_000;
const row = (id: string, tenant = 'acme') => ({ id, tenant, approvedBy: [] }) as unknown as Response;

/** A store whose answers wait until they are released. */
function setUp() {
  const rows: Response[] = [];
  const held: ((fail?: Error) => void)[] = [];
  let questions = 0;
  const taken = createTaken({
    store: {
      recentResponses: async (tenant) => {
        questions += 1;
        const found = rows.filter((one) => one.tenant === tenant);
        await new Promise<void>((resolve, reject) =>
          held.push((fail) => (fail === undefined ? resolve() : reject(fail))),
        );
        return found;
      },
    },
    sinceMs: minute,
    coolMs: minute,
  });
  const ids = async (nowMs: number, tenant = 'acme') =>
    (await taken.rows(tenant, nowMs)).map(({ id }) => id).sort();
  const release = async (fail?: Error) => {
    held.shift()?.(fail);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { rows, taken, ids, release, questions: () => questions };
}

it('asks once, and adds what is written, also while it asks', async () => {
  const { rows, taken, ids, release, questions } = setUp();
  rows.push(row('before'));
  const first = ids(0);
  taken.see([row('meanwhile'), row('of another', 'globex')]);
  await release();
  expect(await first).toEqual(['before', 'meanwhile']);
  taken.see([row('later')]);
  expect(await ids(minute - 1)).toEqual(['before', 'later', 'meanwhile']);
  expect(questions()).toBe(1);
});

it('looks again after a minute, and nobody waits for it', async () => {
  const { rows, taken, ids, release, questions } = setUp();
  void ids(0);
  await release();
  taken.see([row('a')]);
  rows.push(row('a'));
  expect(await ids(minute)).toEqual(['a']);
  taken.see([row('b')]);
  expect(await ids(minute)).toEqual(['a', 'b']);
  await release();
  expect(await ids(minute)).toEqual(['a', 'b']);
  expect(questions()).toBe(2);
});

it('forgets nothing when the store does not answer', async () => {
  const { taken, ids, release } = setUp();
  const first = expect(ids(0)).rejects.toThrow('away');
  await release(new Error('away'));
  await first;
  const second = ids(0);
  await release();
  await second;
  for (let n = 1; n < 4; n += 1) {
    await ids(n * minute);
    taken.see([row(`${n}`)]);
    await release(new Error('away'));
  }
  expect(await ids(3 * minute)).toEqual(['1', '2', '3']);
});
