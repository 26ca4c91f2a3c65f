import { expect, it } from 'vitest';
import { TenantGraph } from '../../../src/correlate/graph.ts';
import { callIdKey } from '../../../src/correlate/parent-calls.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

const agent = { id: 'agent', kind: 'agent' } as const;
const events: EventData[] = [
  {
    v: 1,
    type: 'agent.invoked',
    callId: 'inner',
    parentCallId: 'outer',
    actor: agent,
    callee: agent,
    txn: 'x',
  },
  {
    v: 1,
    type: 'tool.invoked',
    callId: 'tool',
    parentCallId: 'inner',
    actor: agent,
    tool: { name: 'get' },
    txn: 'x',
  },
];

it('leaves nothing behind that would keep an evicted chain in memory', () => {
  const graph = new TenantGraph('acme');
  events.forEach((data, index) => {
    graph.add(admitted(data, { id: `e${index}`, atMs: START_MS }), false);
  });
  const named = ['outer', 'inner'].map((callId) => callIdKey('//world', callId));
  expect(named.map((key) => graph.calls.parents.dependents(key).length)).toEqual([1, 1]);

  for (const cell of [...graph.places.cells]) graph.evict(cell);
  expect(named.map((key) => graph.calls.parents.dependents(key).length)).toEqual([0, 0]);
  expect([...graph.places.values()]).toEqual([]);
});
