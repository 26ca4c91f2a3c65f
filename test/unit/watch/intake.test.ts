import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Admit } from '../../../src/domain/admission.ts';
import type { DeadLetter } from '../../../src/domain/dead-letter.ts';
import type { AdmittedEvent } from '../../../src/domain/event/index.ts';
import { sampleEvents } from '../../../src/evaluate/sample.ts';
import { createAdmit } from '../../../src/ingest/admit.ts';
import type { KafkaMessageIn } from '../../../src/ingest/kafka/index.ts';
import { createTopicIntake } from '../../../src/intake.ts';
import { createBoard, viewBoard } from '../../../src/watch/board.ts';
import { createCarefulAdmit } from '../../../src/watch/careful-admit.ts';
import { messageName } from '../../../src/watch/message-name.ts';

const [sample] = sampleEvents();
const nowMs = Date.parse(sample?.time ?? '') + 1_000;
const admit = createAdmit();

function message(offset: number, change: Partial<KafkaMessageIn> = {}): KafkaMessageIn {
  const value = Buffer.from(JSON.stringify({ ...sample, id: `event-${offset}` }));
  return { topic: 'tokens', partition: 2, offset, key: null, value, headers: {}, timestampMs: 0, ...change };
}

/** A topic's intake over a log that remembers, and an admission that cannot bear messages with a certain word. */
function intake(poison: readonly (string | undefined)[] = []) {
  const events: AdmittedEvent[] = [];
  const letters: DeadLetter[] = [];
  const told: DeadLetter[] = [];
  const decided: string[] = [];
  const board = createBoard();
  const fragile: Admit = (input, context) => {
    if (String(input.raw).includes('unbearable')) throw new RangeError('unbearable');
    return admit(input, context);
  };
  const take = createTopicIntake({
    sink: {
      append: async (admitted, refused) => {
        events.push(...admitted);
        letters.push(...refused);
      },
    },
    admit: createCarefulAdmit({
      admit: fragile,
      board,
      poison: new Set(poison.filter((name) => name !== undefined)),
      onFault: () => undefined,
    }),
    clock: () => nowMs,
    publisher: { name: 'kafka', tenant: 'acme', issuers: '*' },
    onAdmission: (source, admission) =>
      void decided.push(`${source} ${admission.kind === 'refused' ? admission.letter.code : 'accepted'}`),
    onDelivered: () => undefined,
    onRefused: async (refused) => void told.push(...refused),
  });
  return { take, events, letters, told, decided, view: viewBoard(board.memory) };
}

describe('a poisonous message of a topic', () => {
  const unbearable = message(11, { value: Buffer.from('{"id":"unbearable"}') });

  it('is one dead letter at its place, counted and told; its neighbours are stored', async () => {
    const { take, events, letters, told, decided, view } = intake();
    await take([message(10), unbearable, message(12)]);
    expect(events.map(({ id }) => id)).toEqual(['event-10', 'event-12']);
    expect(letters).toEqual([
      expect.objectContaining({
        code: 'EVENT_POISONOUS',
        tenant: 'acme',
        position: { source: 'tokens', partition: 2, offset: 11 },
      }),
    ]);
    expect(told).toEqual(letters);
    expect(decided).toEqual(['tokens/2 accepted', 'tokens/2 EVENT_POISONOUS', 'tokens/2 accepted']);
    expect(view.turn() % 2).toBe(0);
  });

  it('is not read again after a process ended over it', async () => {
    const fatal = message(11);
    const { take, events, letters } = intake([messageName(fatal.value)]);
    await take([message(10), fatal, message(12)]);
    expect(events.map(({ id }) => id)).toEqual(['event-10', 'event-12']);
    expect(letters.map(({ code, position }) => `${code} ${position.offset}`)).toEqual(['EVENT_POISONOUS 11']);
  });

  it('in binary mode goes by what it claims to be', async () => {
    const { type = '', source = '', time = '', data } = sample ?? {};
    const headers = {
      ce_specversion: '1.0',
      ce_id: 'event-11',
      ce_type: type,
      ce_source: source,
      ce_time: time,
    };
    const binary = message(11, { headers, value: Buffer.from(JSON.stringify(data)) });
    expect((await accepted([binary])).map(({ id }) => id)).toEqual(['event-11']);
    expect(await accepted([binary], [messageName({ source, id: 'event-11' })])).toEqual([]);
  });

  async function accepted(messages: readonly KafkaMessageIn[], poison: readonly (string | undefined)[] = []) {
    const { take, events } = intake(poison);
    await take(messages);
    return events;
  }

  it('that stands for an unreadable batch is one dead letter', async () => {
    const { take, events, letters } = intake();
    const unreadable = message(11, {
      value: null,
      unreadable: 'a gzip batch of 3 records cannot be unpacked',
    });
    await take([message(10), unreadable, message(14)]);
    expect(events).toHaveLength(2);
    expect(letters).toMatchObject([
      { code: 'EVENT_NOT_JSON', raw: expect.stringContaining('batch of 3'), position: { offset: 11 } },
    ]);
  });

  it('never stops a partition, whatever its bytes and headers are', () => {
    const name = fc.constantFrom(
      'ce_specversion',
      'ce_',
      'ce___proto__',
      'ce_constructor',
      'content-type',
      'x',
    );
    const headers = fc.dictionary(name, fc.oneof(fc.string(), fc.constant(undefined)), {
      noNullPrototype: true,
    });
    const value = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(Buffer.from)).map(Buffer.from);
    return fc.assert(
      fc.asyncProperty(headers, value, async (some, bytes) => {
        const { take, events, letters } = intake();
        await take([message(1), message(2, { headers: some, value: bytes }), message(3)]);
        expect(events.length + letters.length).toBe(3);
        expect(events.map(({ id }) => id)).toEqual(expect.arrayContaining(['event-1', 'event-3']));
      }),
      { numRuns: 300 },
    );
  });
});
