import { expect, it } from 'vitest';
import { detectors } from '../../../detectors/registry.ts';
import type { EventData } from '../../../src/domain/event/index.ts';
import type { LiveFinding } from '../../../src/domain/finding.ts';
import { Policy } from '../../../src/domain/policy.ts';
import type { LogRecord } from '../../../src/domain/record.ts';
import { createEngine } from '../../../src/engine.ts';
import { admitted, START_MS } from './worlds.ts';

const seconds = START_MS / 1000;
const token = { iss: 'https://as.example', jti: 't' };
const crowd: EventData[] = [0, 1, 2, 3].map((n) => ({
  ...{ v: 1, type: 'token.exchanged', token: { ...token, jti: `c${n}` }, parents: [token] },
  ...{ tokenKind: 'access_token', grant: 'x', subject: { id: 'ann', kind: 'human' }, scope: [] },
  ...{ iat: seconds, exp: seconds + 60 },
}));

/** What is said of a fan-out in the end, under the policies that come into force before the events given by index. */
function told(policies: Readonly<Record<number, object>>): LiveFinding[] {
  const engine = createEngine({ detectors });
  const findings = new Map<string, LiveFinding>();
  let seq = 0;
  const apply = (record: (at: number) => LogRecord): void => {
    seq += 1;
    for (const finding of engine.apply([record(seq)]).findings) findings.set(finding.id, finding);
  };
  const events = crowd.map((data, index) => admitted(data, { id: `e${index}`, atMs: START_MS + index }));
  for (let index = 0; index <= events.length; index += 1) {
    const policy = policies[index];
    if (policy !== undefined) apply((at) => ({ kind: 'policy', seq: at, policy: Policy.parse(policy) }));
    const event = events[index];
    if (event !== undefined) apply((at) => ({ kind: 'event', seq: at, event }));
  }
  return [...findings.values()].filter(({ detector }) => detector === 'unusual-fan-out');
}

const few = { fanOut: { childrenPerToken: 2 } };
const mode = (value: string) => ({ ...few, detectors: { 'unusual-fan-out': { mode: value } } });

it('says nothing while it is a draft', () => {
  expect(told({ 0: mode('draft') })).toEqual([]);
});

it('lets what it said stand when it becomes a draft', () => {
  expect(told({ 0: few, 4: mode('draft') })).toMatchObject([
    { state: 'settled', fact: 'children-per-token' },
  ]);
});

it('pages nobody in shadow, and says so', () => {
  expect(told({ 0: mode('shadow') })).toMatchObject([{ kind: 'signal', mode: 'shadow' }]);
});

it('pages again when it comes out of the shadow', () => {
  expect(told({ 0: mode('shadow'), 4: mode('live') }).map((finding) => finding.mode)).toEqual(['live']);
});
