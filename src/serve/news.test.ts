import { expect, it } from 'vitest';
import type { News, NumberedNews } from '../domain/news.ts';
import { createNews } from './news.ts';

const alert = (id: string, tenant = 'acme'): News => ({ topic: 'alerts', tenant, id, severity: 'high' });

function listening(tenant = 'acme', after?: string) {
  const bus = createNews();
  const heard: NumberedNews[] = [];
  return { bus, heard, ...bus.follow(tenant, after, (news) => heard.push(...news)) };
}

it('tells what is of a tenant, or of the whole service, and nothing of another tenant', () => {
  const { bus, heard } = listening();
  bus.tell([alert('a'), alert('b', 'other'), { topic: 'policy', tenant: undefined }]);
  expect(heard.map(({ topic, id }) => [topic, id])).toEqual([
    ['alerts', 'a'],
    ['policy', undefined],
  ]);
});

it('tells nothing once nobody follows', () => {
  const { bus, heard, stop } = listening();
  stop();
  bus.tell([alert('a')]);
  expect(heard).toEqual([]);
});

it('says what was missed, or that it does not know any more', () => {
  const { bus, heard } = listening();
  bus.tell([alert('a'), alert('b'), alert('c', 'other')]);
  const again = (after: string) => bus.follow('acme', after, () => undefined).missed;
  expect(again(heard[0]?.at ?? '')?.map(({ id }) => id)).toEqual(['b']);
  expect(again(heard[1]?.at ?? '')).toEqual([]);
  expect(again('another-process.1')).toBeUndefined();
  expect(again('nonsense')).toBeUndefined();
  for (let n = 0; n < 1_000; n += 1) bus.tell([alert(`n${n}`)]);
  expect(again(heard[0]?.at ?? '')).toBeUndefined();
});

it('names each thing once, and of a storm the kind alone', () => {
  const { bus, heard } = listening();
  bus.tell([alert('a'), alert('a')]);
  expect(heard).toHaveLength(1);
  bus.tell(Array.from({ length: 20_000 }, (_, n) => alert(`n${n}`)));
  expect(heard.slice(1)).toEqual([{ topic: 'alerts', tenant: 'acme', at: expect.any(String) }]);
});
