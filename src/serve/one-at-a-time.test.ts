import { expect, it } from 'vitest';
import { createOneAtATime } from './one-at-a-time.ts';

it('runs tasks of one key in order, also after one that failed, and those of others beside them', async () => {
  const oneAtATime = createOneAtATime();
  const order: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = oneAtATime('a', async () => {
    await gate;
    order.push('a1');
    throw new Error('a1 failed');
  });
  const second = oneAtATime('a', async () => void order.push('a2'));
  await oneAtATime('b', async () => void order.push('b1'));
  release();
  await expect(first).rejects.toThrow('a1 failed');
  await second;
  expect(order).toEqual(['b1', 'a1', 'a2']);
});
