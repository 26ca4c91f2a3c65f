import { expect, it } from 'vitest';
import type { Filing } from '../../domain/recall.ts';
import type { Bound, Database } from '../database.ts';
import { drawerOf } from '../rows/recall.ts';
import { createKnownDrawers } from './known-drawers.ts';

const filing = (name: string): Filing => ({
  ...{ tenant: 'acme', name, role: 'describes', seq: 1, timeMs: 0, alias: '', late: false },
});
const drawer = (name: string) => drawerOf('acme', name, 'describes');

/** An engine in which somebody filed names before, as many as `rows` says. */
function setUp({ names = ['old'], rows = 1, fails = false } = {}) {
  const asked: Readonly<Record<string, Bound>>[] = [];
  const answer = async (_: string, sql: string, params: Readonly<Record<string, Bound>> = {}) => {
    if (sql.includes('count()')) return names.length === 0 ? [] : [['acme', String(rows)]];
    asked.push(params);
    if (fails) throw new Error('away');
    const within = (one: number) => one >= Number(params['from']) && one < Number(params['to']);
    return names
      .map(drawer)
      .filter(within)
      .map((one) => [String(one)]);
  };
  const drawers = createKnownDrawers({ read: answer } as unknown as Database);
  return { drawers, asked };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('has the store asked for everything until it has read what was filed', async () => {
  const { drawers, asked } = setUp();
  expect(asked).toEqual([]);
  expect(drawers.mayHold(drawer('nobody'))).toBe(true);
  await settled();
  expect(drawers.mayHold(drawer('nobody'))).toBe(false);
  expect(drawers.mayHold(drawer('old'))).toBe(true);
});

it('knows what is filed while it reads, and later', async () => {
  const { drawers } = setUp({ names: [] });
  drawers.add([filing('before')]);
  drawers.mayHold(0);
  drawers.add([filing('meanwhile')]);
  await settled();
  drawers.add([filing('later')]);
  for (const name of ['before', 'meanwhile', 'later']) expect(drawers.mayHold(drawer(name)), name).toBe(true);
  expect(drawers.mayHold(drawer('nobody'))).toBe(false);
});

it('reads many names in parts that leave none out', async () => {
  const names = Array.from({ length: 500 }, (_, n) => `name ${n}`);
  const { drawers, asked } = setUp({ names, rows: 1_234_567 });
  drawers.mayHold(0);
  await expect.poll(() => drawers.mayHold(drawer('nobody'))).toBe(false);
  expect(asked).toHaveLength(25);
  expect(names.every((name) => drawers.mayHold(drawer(name)))).toBe(true);
});

it('asks the store as before when names cannot be read', async () => {
  const { drawers } = setUp({ fails: true });
  drawers.mayHold(0);
  await settled();
  expect(drawers.mayHold(drawer('nobody'))).toBe(true);
});
