import { expect, it } from 'vitest';
import { createMemo } from './memo.ts';

it('finds an answer once, and lets go of the one that nobody asked for longest', () => {
  const memo = createMemo(2);
  const asked: string[] = [];
  const ask = (key: string) =>
    memo.of(key, () => {
      asked.push(key);
      return 'yes';
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(ask(key)).toBe('yes');
  expect(asked).toEqual(['a', 'b', 'c', 'b']);
  expect(memo.size).toBe(2);
});
