import { expect, it } from 'vitest';
import {
  type Covering,
  confirmedIn,
  standingOf,
  tombstoneIn,
  unconfirmedIn,
} from '../../../src/correlate/own-records.ts';
import type { EventData, EventOf } from '../../../src/domain/event/index.ts';
import { admitted } from '../engine/worlds.ts';

type State = EventOf<'response.recorded'>['state'];

/** `r1 requested 10`: response, state, and when. */
function covering(text: string): Covering {
  const [response = '', state, at] = text.split(' ');
  const data = {
    v: 1,
    type: 'response.recorded',
    response,
    state: state as State,
    connector: 'idp',
  } as const;
  const event = admitted(data as unknown as EventData, { id: text, atMs: Number(at) });
  return { via: 'token', record: { event, data, late: false } };
}

function read(...texts: readonly string[]) {
  const standing = standingOf(texts.map(covering));
  return {
    tombstone: tombstoneIn(standing)?.atMs,
    confirmed: confirmedIn(standing)?.record.event.timeMs,
    unconfirmed: unconfirmedIn(standing).map(({ responseId, atMs, requestedMs }) => [
      responseId,
      atMs,
      requestedMs,
    ]),
  };
}

const nothing = { tombstone: undefined, confirmed: undefined, unconfirmed: [] };

it.each<[readonly string[], Partial<ReturnType<typeof read>>]>([
  [[], {}],
  [['r1 requested 10'], { tombstone: 10 }],
  [['r1 confirmed 20', 'r1 requested 10'], { tombstone: 10, confirmed: 20 }],
  [['r1 unconfirmed 20'], { unconfirmed: [['r1', 20, undefined]] }],
  [
    ['r1 unconfirmed 30', 'r1 requested 10', 'r1 unconfirmed 20'],
    { tombstone: 10, unconfirmed: [['r1', 20, 10]] },
  ],
  [['r1 requested 10', 'r1 unconfirmed 20', 'r1 confirmed 30'], { tombstone: 10, confirmed: 30 }],
  [
    ['r1 requested 10', 'r1 confirmed 20', 'r1 unconfirmed 30'],
    { tombstone: 10, confirmed: 20, unconfirmed: [['r1', 30, 10]] },
  ],
  [
    ['r1 requested 10', 'r1 unconfirmed 20', 'r2 requested 12', 'r2 unconfirmed 15'],
    {
      tombstone: 10,
      unconfirmed: [
        ['r2', 15, 12],
        ['r1', 20, 10],
      ],
    },
  ],
  [['r1 requested 10', 'r1 undone 10'], {}],
  [['r1 requested 10', 'r1 undone 9'], { tombstone: 10 }],
  [['r1 requested 10', 'r2 undone 11'], { tombstone: 10 }],
  [['r1 confirmed 10', 'r1 undone 11', 'r1 requested 12', 'r1 undone 5'], { tombstone: 12 }],
])('%j', (texts, expected) => {
  expect(read(...texts)).toEqual({ ...nothing, ...expected });
  expect(read(...texts.toReversed())).toEqual({ ...nothing, ...expected });
});
