import type { Cover } from './cover.ts';

/** Answers that are remembered, least recently asked out first. */
export interface Memo {
  /** Looks the answer up, or finds it and remembers it. */
  of(key: string, find: () => Cover): Cover;
  readonly size: number;
}

/** A cache of a pure function: what it holds changes how long an answer takes, never what it is. */
export function createMemo(entriesMax: number): Memo {
  const answers = new Map<string, Cover>();
  return {
    of(key, find) {
      const known = answers.get(key);
      if (known !== undefined) {
        // A map keeps the order of insertion: what was asked last goes to its end.
        answers.delete(key);
        answers.set(key, known);
        return known;
      }
      const answer = find();
      if (answers.size >= entriesMax) answers.delete(answers.keys().next().value as string);
      answers.set(key, answer);
      return answer;
    },
    get size() {
      return answers.size;
    },
  };
}
