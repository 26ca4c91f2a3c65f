import { expect, it } from 'vitest';
import { CallNames } from '../../../src/correlate/call-names.ts';
import type { Fact } from '../../../src/correlate/fact.ts';
import type { CallData } from '../../../src/correlate/kinds.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

function fact(id: string, source: string): Fact<CallData> {
  const data = {
    v: 1,
    type: 'api.called',
    actor: { id: 'a', kind: 'agent' },
    target: { system: 'crm' },
    action: 'read',
    httpRequestId: 'h',
  } as EventData as CallData;
  return { event: admitted(data, { id, source, atMs: START_MS }), data, late: false };
}

it('keeps apart what it parted when all but one have left memory, and forgets with the last', () => {
  const names = new CallNames();
  const [one, two, other] = [fact('1', '//a'), fact('2', '//a'), fact('3', '//b')];
  for (const told of [one, other]) names.change(told, true);
  expect(names.idOf(one)).toBe(names.idOf(other));
  expect(names.isParted('h')).toBe(false);
  expect(names.change(two, true).size).toBe(2);
  expect(names.isParted('h')).toBe(true);

  for (const told of [one, two]) names.release(told);
  expect(names.isParted('h')).toBe(true);
  expect(names.idOf(other)).not.toBe('api:h:h');
  names.release(other);
  names.change(other, true);
  expect(names.idOf(other)).toBe('api:h:h');
});

it('joins again what was parted by an event that is taken back', () => {
  const names = new CallNames();
  for (const told of [fact('1', '//a'), fact('2', '//a'), fact('3', '//b')]) names.change(told, true);
  expect([...names.change(fact('2', '//a'), false).values()]).toContain('api:e:["//b","3"]');
  expect(names.idOf(fact('1', '//a'))).toBe('api:h:h');
});
