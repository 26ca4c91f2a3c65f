import { callApi, callTool } from '../calls.ts';
import { read, record, systems, tool } from '../cast.ts';
import { handOver, opening, work } from '../parts.ts';
import { wait } from '../script.ts';
import { audienceOf } from '../tokens.ts';
import type { Variant } from '../variant.ts';

const detectors: readonly string[] = [];

export const fanOutLookAlikes: readonly Variant[] = [
  {
    name: 'benign:wide-crew',
    detectors,
    title: 'One agent asks 23 others: the most that ordinary traffic shows.',
    tell(script) {
      const capabilities = [read('docs'), read('repo')];
      const { token, run } = opening(script, { capabilities });
      for (let members = 23; members > 0; members -= 1) {
        const member = handOver(script, token, run, { capabilities: [read('docs')] });
        work(script, member.token, member.run, 1);
      }
    },
  },
  {
    name: 'benign:busy-on-few',
    detectors,
    title: 'Many calls to a handful of records.',
    tell(script) {
      const { token, run } = opening(script, { capabilities: [read('orders')] });
      for (let calls = script.random.int(130, 180); calls > 0; calls -= 1) {
        wait(script, 50, 1_000);
        callApi(script, token, read('orders'), { parentCallId: run, resource: record('orders', calls % 6) });
      }
    },
  },
  {
    name: 'benign:many-tools',
    detectors,
    title: 'A broad task uses twenty tools.',
    tell(script) {
      const audience = systems.map(audienceOf);
      const { token, run } = opening(script, { capabilities: [read('crm')], audience });
      for (const system of systems) {
        for (const verb of ['search', 'get']) {
          wait(script, 50, 1_000);
          callTool(script, token, tool(system, verb, 'read'), { parentCallId: run });
        }
      }
    },
  },
];
