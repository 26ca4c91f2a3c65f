import type { Mutation } from './mutation.ts';
import { inMemory } from './mutations-of-memory.ts';

/**
 * Planted bugs, each of a kind that has been made in the field. The simulation has to find every one of them, or
 * finding nothing means nothing.
 */
const inPassage: readonly Mutation[] = [
  {
    name: 'acknowledges before the store has it',
    seed: 7,
    file: 'src/log/embedded.ts',
    search: 'const startedMs = clock();',
    replace: 'const startedMs = clock();\n    for (const waiting of group) waiting.resolve();',
  },
  {
    name: 'writes a part of the group and acknowledges all of it',
    file: 'src/log/embedded.ts',
    search: 'store.appendEvents(events)',
    replace: 'store.appendEvents(events.slice(0, 4))',
  },
  {
    name: 'gives a place in the log twice after a restart',
    file: 'src/log/embedded.ts',
    search: 'let seq = options.lastSeq;',
    replace: 'let seq = Math.max(0, options.lastSeq - 1);',
  },
  {
    name: 'drops dead letters',
    file: 'src/log/embedded.ts',
    search: 'if (letters.length > 0) await',
    replace: 'if (letters.length > 1_000) await',
  },
  {
    name: 'gives up writing after an error',
    file: 'src/pipeline.ts',
    search: 'observer?.retried(error);',
    replace: 'observer?.retried(error);\n        return;',
  },
  {
    name: 'marks its place before the rows are there',
    file: 'src/pipeline.ts',
    search: 'persist(() => store.writePosition(BEGUN, seq))',
    replace: 'persist(() => store.writePosition(HANDLED, seq))',
  },
  {
    name: 'shows the engine what the store refused',
    file: 'src/log/embedded.ts',
    search: 'records.filter((record) => !lost.has(record.seq))',
    replace: 'records',
  },
  {
    name: 'takes no answer for a delivery',
    file: 'src/respond/schedule.ts',
    search: 'if (!attempt.retriable)',
    replace: "if (attempt.retriable) return { state: 'delivered', error: '' };\n    if (!attempt.retriable)",
  },
  {
    name: 'lets the watermark run ahead',
    file: 'src/correlate/watermark.ts',
    search: 'minMs - latenessMs',
    replace: 'minMs',
  },
  {
    name: 'takes a duplicate for news',
    file: 'src/correlate/correlator.ts',
    search: 'if (known.digest === event.digest) return undefined;',
    replace: '',
  },
  {
    name: 'picks the larger digest of two contents',
    file: 'src/correlate/correlator.ts',
    search: 'known.digest < event.digest ? known : event',
    replace: 'known.digest > event.digest ? known : event',
  },
  {
    name: 'breaks ties by arrival',
    file: 'src/correlate/fact.ts',
    search: 'return compareStrings(identityOf(a.event), identityOf(b.event));',
    replace: 'return 0;',
  },
  {
    name: 'keeps the latest revocation',
    file: 'src/correlate/revocations.ts',
    search: 'compareTimes(fact, first.fact) < 0',
    replace: 'compareTimes(fact, first.fact) > 0',
  },
  {
    name: 'counts calls in place of what differs in them',
    file: 'src/correlate/windows.ts',
    search: 'return this.#targets.size;',
    replace: 'return this.#minutes.reduce((sum, count) => sum + count, 0);',
  },
  {
    name: 'drops a timer',
    file: 'src/detect/judge.ts',
    search: 'this.#timers.add(settlesAtMs, instance);',
    replace: '',
  },
  {
    name: 'forgets to take back',
    file: 'src/detect/judge.ts',
    search: 'this.#withdrawn.set(id, this.#read(held));',
    replace: '',
  },
  {
    name: 'names a message by where it stands in the log',
    file: 'src/domain/notice.ts',
    search: '[about.tenant, about.id, word, step, endpoint]',
    replace: '[about.tenant, about.id, word, step, endpoint, about.version]',
  },
  {
    name: 'ends an incident twice in one epoch',
    seed: 2,
    file: 'src/domain/notice.ts',
    search: "type.endsWith('.merged')",
    replace: "type.endsWith('.never')",
  },
  {
    name: 'leaves consequences with the cause they had',
    seed: 2,
    file: 'src/alert/book.ts',
    search: 'for (const entry of incidents.settle()) owed.add(entry);',
    replace: 'incidents.settle();',
  },
  {
    name: 'sends without writing first',
    file: 'src/respond/outbox.ts',
    search: 'await store.writeOutbox(entries);',
    replace: '',
  },
  {
    name: 'forgets a message that has to be tried again',
    seed: 4,
    file: 'src/respond/outbox.ts',
    search: "if (written && entry.state === 'pending') lane?.put(entry);",
    replace: "if (written && entry.state === 'pending') lane?.drop(entry);",
  },
  {
    name: 'does not take up what an earlier process left',
    seed: 10,
    file: 'src/respond/outbox.ts',
    search: 'async start() {',
    replace: 'async start() {\n      return;',
  },
];

export const mutations: readonly Mutation[] = [...inPassage, ...inMemory];
