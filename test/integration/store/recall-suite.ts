import { beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import type { Filing, Lookup, RecalledEvent } from '../../../src/domain/recall.ts';
import type { Database } from '../../../src/store/database.ts';
import { logged, noon } from './rows.ts';

const END = Number.MAX_SAFE_INTEGER;

/** What is found again by name. */
export function recallSuite(opened: () => { readonly store: Store; readonly database: Database }): void {
  let store: Store;
  beforeAll(() => {
    store = opened().store;
  });

  // One order for all, far from the numbers of other tests.
  let used = 500_000_000;
  const take = (count: number) => {
    const first = used + 1;
    used += count;
    return first;
  };

  const filing = (tenant: string, name: string, seq: number, over: Partial<Filing> = {}): Filing => ({
    tenant,
    name,
    role: 'describes',
    seq,
    timeMs: noon + seq,
    alias: '',
    late: false,
    ...over,
  });
  const lookup = (tenant: string, name: string, over: Partial<Lookup> = {}): Lookup => ({
    tenant,
    name,
    role: 'describes',
    max: 100,
    ...over,
  });
  const log = (tenant: string, seqs: readonly number[]) =>
    store.appendEvents(seqs.map((seq) => logged(seq, { tenant, timeMs: noon + seq })));
  const seqsOf = (events: readonly RecalledEvent[]) => events.map(({ seq }) => seq);
  const found = async (...lookups: readonly Lookup[]) => seqsOf((await store.recall(lookups, END)).events);

  describe('recall', () => {
    it('gives the events back exactly, each once, in order, with how they came', async () => {
      const tenant = 'recall exact';
      const first = take(3);
      const events = [0, 1, 2].map((i) => logged(first + i, { tenant, timeMs: noon - i * 86_400_000 * 20 }));
      await store.appendEvents(events);
      await store.fileEvents(
        events.flatMap(({ seq, event }, i) => [
          filing(tenant, 'txn', seq, { timeMs: event.timeMs, late: i === 1 }),
          filing(tenant, `call ${i}`, seq, { timeMs: event.timeMs, late: i === 1 }),
        ]),
      );
      const lookups = ['call 2', 'txn', 'call 1', 'never'].map((name) => lookup(tenant, name));
      expect(await store.recall(lookups, END)).toEqual({
        events: events.map(({ seq, event }, i) => ({ seq, event, late: i === 1 })),
        aliases: [],
        truncated: [],
      });
    });

    it('knows nothing of what was never filed', async () => {
      const nothing = { events: [], aliases: [], truncated: [] };
      expect(await store.recall([], END)).toEqual(nothing);
      expect(await store.recall([lookup('recall nothing', 'x')], END)).toEqual(nothing);
    });

    it('keeps what a name describes apart from what uses it, and tenants apart', async () => {
      const [tenant, other] = ['recall apart', 'recall apart too'];
      const first = take(3);
      // In one insert: one part of the table holds both.
      await store.appendEvents(
        [0, 1, 2].map((i) => logged(first + i, { tenant: i < 2 ? tenant : other, timeMs: noon + first + i })),
      );
      await store.fileEvents([
        filing(tenant, 'x', first),
        filing(tenant, 'x', first + 1, { role: 'uses', alias: 'hash' }),
        filing(other, 'x', first + 2),
        filing(other, 'of another', first),
      ]);
      expect(await found(lookup(tenant, 'x'))).toEqual([first]);
      expect(await found(lookup(tenant, 'x', { role: 'uses' }))).toEqual([first + 1]);
      expect(await found(lookup(other, 'x'))).toEqual([first + 2]);
      expect(await found(lookup(tenant, 'x'), lookup(other, 'x'))).toEqual([first, first + 2]);
      // A tenant and a name are not told apart by where one ends.
      const joined = await store.recall([lookup(tenant, ''), lookup(`${tenant}x`, '')], END);
      expect(joined.aliases).toEqual([]);
      // Names that share a drawer by accident show nothing of a tenant that nobody asked for.
      expect(await found(lookup(other, 'of another'))).toEqual([]);
    });

    it('stops before the batch that asks', async () => {
      const tenant = 'recall before';
      const first = take(4);
      const seqs = [0, 1, 2, 3].map((i) => first + i);
      await log(tenant, seqs);
      await store.fileEvents(
        seqs.flatMap((seq) => [
          filing(tenant, 'x', seq),
          filing(tenant, 'x', seq, { role: 'uses', alias: `hash ${seq}` }),
        ]),
      );
      const answer = await store.recall([lookup(tenant, 'x', { max: 1 })], first + 1);
      expect(answer).toMatchObject({
        aliases: [{ tenant, name: 'x', alias: `hash ${first}` }],
        truncated: [],
      });
      expect(seqsOf(answer.events)).toEqual([first]);
      expect(await store.recall([lookup(tenant, 'x')], first)).toMatchObject({ events: [], aliases: [] });
    });

    it('gives the newest of more than are wanted and says of which names', async () => {
      const tenant = 'recall truncated';
      const first = take(300);
      const seqs = Array.from({ length: 300 }, (_, i) => first + i);
      await log(tenant, seqs);
      await store.fileEvents(
        seqs.flatMap((seq, i) => [
          filing(tenant, 'hot', seq),
          filing(tenant, `pair ${i >> 1}`, seq),
          filing(tenant, 'hot', seq, { role: 'uses' }),
        ]),
      );
      const answer = await store.recall(
        [
          lookup(tenant, 'hot', { max: 3 }),
          lookup(tenant, 'hot', { max: 300, role: 'uses' }),
          lookup(tenant, 'pair 7', { max: 2 }),
          lookup(tenant, 'pair 9', { max: 1 }),
          lookup(tenant, 'pair 0', { max: 0 }),
        ],
        first + 200,
      );
      expect(answer.truncated).toEqual([
        { tenant, name: 'hot', role: 'describes' },
        { tenant, name: 'pair 9', role: 'describes' },
        { tenant, name: 'pair 0', role: 'describes' },
      ]);
      expect(seqsOf(answer.events)).toEqual(seqs.slice(0, 200));
      const { events } = await store.recall(
        [lookup(tenant, 'hot', { max: 3 }), lookup(tenant, 'pair 9', { max: 1 })],
        first + 200,
      );
      expect(seqsOf(events)).toEqual([19, 197, 198, 199].map((i) => first + i));
    });

    it('answers each of those who ask of one name by what it wants', async () => {
      const tenant = 'recall twice';
      const first = take(3);
      await log(tenant, [first, first + 1, first + 2]);
      await store.fileEvents([0, 1, 2].map((i) => filing(tenant, 'x', first + i)));
      const answer = await store.recall(
        [lookup(tenant, 'x', { max: 1 }), lookup(tenant, 'x', { max: 3 })],
        END,
      );
      expect(seqsOf(answer.events)).toEqual([first, first + 1, first + 2]);
      expect(answer.truncated).toEqual([{ tenant, name: 'x', role: 'describes' }]);
    });

    it('tells the aliases that the uses of a name gave it, each once and not too many', async () => {
      const tenant = 'recall aliases';
      const first = take(1);
      const uses = (name: string, aliases: readonly string[]) =>
        aliases.map((alias, i) => filing(tenant, name, first + i, { role: 'uses', alias }));
      await store.fileEvents([
        ...uses('none', ['', '']),
        ...uses('one', ['', 'a', 'a', 'a']),
        ...uses('two', ['b', '', 'a']),
        ...uses('many', ['a', 'b', 'c', 'd', 'e', 'f']),
        ...uses('both', ['a']),
        ...uses('both', ['b']),
        filing(tenant, 'described', first, { alias: 'a' }),
      ]);
      const names = ['none', 'one', 'two', 'many', 'both', 'described', 'unheard'];
      const { aliases } = await store.recall(
        names.map((name) => lookup(tenant, name)),
        END,
      );
      const told = (name: string) => aliases.filter((pair) => pair.name === name).map(({ alias }) => alias);
      expect(names.map(told)).toEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c', 'd'], ['a', 'b'], [], []]);
      const asUses = names.map((name) => lookup(tenant, name, { role: 'uses' }));
      expect((await store.recall(asUses, END)).aliases).toEqual([]);
      const asBoth = await store.recall([lookup(tenant, 'one'), ...asUses], END);
      expect(asBoth.aliases).toEqual([{ tenant, name: 'one', alias: 'a' }]);
    });

    it('is not changed by filing again, nor by a merge', async () => {
      const tenant = 'recall again';
      const first = take(50);
      const seqs = Array.from({ length: 50 }, (_, i) => first + i);
      await log(tenant, seqs);
      const filings = seqs.flatMap((seq) => [
        filing(tenant, 'x', seq),
        filing(tenant, 'x', seq, { role: 'uses', alias: 'a' }),
      ]);
      const lookups = [lookup(tenant, 'x', { max: 50 }), lookup(tenant, 'x', { role: 'uses', max: 49 })];
      await store.fileEvents(filings);
      const once = await store.recall(lookups, END);
      expect(once.truncated).toEqual([{ tenant, name: 'x', role: 'uses' }]);
      await store.fileEvents(filings);
      await store.fileEvents(filings.slice(7).reverse());
      expect(await store.recall(lookups, END)).toEqual(once);
      await opened().database.run('OPTIMIZE TABLE filings FINAL');
      expect(await store.recall(lookups, END)).toEqual(once);
    });

    it('gives a repeated event once, as it first came, and both of two contents', async () => {
      const tenant = 'recall duplicates';
      const first = take(4);
      const at = { tenant, timeMs: noon };
      const event = logged(first, { ...at, id: 'same' });
      // Apart, because the engine merges what comes in one insert.
      await store.appendEvents([event, logged(first + 1, { ...at, id: 'two' })]);
      await store.appendEvents([{ ...event, seq: first + 2 }]);
      await store.appendEvents([logged(first + 3, { ...at, id: 'two', digest: 'f'.repeat(64) })]);
      await store.fileEvents(
        [0, 1, 2, 3].map((i) => filing(tenant, 'x', first + i, { timeMs: noon, late: i === 2 })),
      );
      const expected = [first, first + 1, first + 3];
      const before = await store.recall([lookup(tenant, 'x')], END);
      expect(seqsOf(before.events)).toEqual(expected);
      expect(before.events.map(({ late }) => late)).toEqual([false, false, false]);
      await opened().database.run('OPTIMIZE TABLE events FINAL');
      expect(await store.recall([lookup(tenant, 'x')], END)).toEqual(before);
    });

    it('passes over an event that the store refused', async () => {
      const tenant = 'recall refused';
      const first = take(2);
      await log(tenant, [first]);
      await store.fileEvents([
        filing(tenant, 'x', first),
        filing(tenant, 'x', first + 1, { timeMs: Number.MAX_VALUE }),
      ]);
      expect(await found(lookup(tenant, 'x'))).toEqual([first]);
    });

    it('takes any name', async () => {
      const tenant = 'recall any\u0000\ud800 name';
      const names = [
        '',
        "'",
        '"',
        '\\',
        '\\\\',
        '\n',
        '\0',
        '\u2028',
        '😀',
        '\ud83d',
        "') --",
        '{x:String}',
        '\ufeff',
      ];
      names.push('x'.repeat(100_000), '__proto__', 'é', 'e\u0301', 'A', 'a', ' ', '  ', '0', 'NULL');
      const first = take(names.length);
      const stored = 'recall any name';
      await log(
        stored,
        names.map((_, i) => first + i),
      );
      await store.fileEvents(names.map((name, i) => filing(stored, name, first + i)));
      for (const [i, name] of names.entries()) expect(await found(lookup(stored, name))).toEqual([first + i]);
      await store.fileEvents([filing(tenant, 'x', first)]);
      expect(await found(lookup(tenant, 'x'))).toEqual([]);
    });

    it('looks for twenty thousand names at once, of many tenants', async () => {
      const tenant = 'recall many';
      const first = take(2_500);
      const seqs = Array.from({ length: 2_500 }, (_, i) => first + i);
      // The later in the log, the earlier in time: read in time, answered in order.
      const timeOf = (seq: number) => noon + first - seq;
      await store.appendEvents(seqs.map((seq) => logged(seq, { tenant, timeMs: timeOf(seq) })));
      await store.fileEvents(
        seqs.map((seq) => filing(tenant, `name ${seq - first}`, seq, { timeMs: timeOf(seq) })),
      );
      const lookups = Array.from({ length: 20_000 }, (_, i) =>
        lookup(i % 4 === 0 ? tenant : `${tenant} ${i % 500}`, `name ${i / 4}`, { max: 1 + (i % 9) }),
      );
      expect(await found(...lookups)).toEqual(seqs);
    });
  });
}
