import { SCOPE_CHARS_MAX, SCOPE_STATES_MAX, SCOPE_WILDCARDS_MAX } from '../limits.ts';
import type { Cover } from './cover.ts';

/**
 * Whether every text that `child` matches is matched by `parent`: `*` stands for any run of characters, `?` for one.
 * Exact where it says yes or no; `unknown` past the bounds.
 *
 * Walks both patterns together, one character at a time, over the characters that `parent` tells apart and one that
 * it does not name. A place is a position in `child` and the set of positions in `parent` that the same text leads to.
 */
export function globCovers(parent: string, child: string): Cover {
  if (parent === child || parent === '*') return 'yes';
  if (!isGlob(child)) return matchesGlob(parent, child) ? 'yes' : 'no';
  if (!endsFit(parent, child)) return 'no';
  if (parent.length > SCOPE_CHARS_MAX || child.length > SCOPE_CHARS_MAX) return 'unknown';
  const [outer, inner] = [normal(parent), normal(child)];
  if (wildcardsIn(outer) > SCOPE_WILDCARDS_MAX || wildcardsIn(inner) > SCOPE_WILDCARDS_MAX) return 'unknown';
  return isIncluded(outer, inner);
}

/** Whether an answer takes the walk: two patterns that begin and end alike. */
export function isHardGlob(parent: string, child: string): boolean {
  return parent !== child && parent !== '*' && isGlob(child) && isGlob(parent) && endsFit(parent, child);
}

/** A pattern matches texts of many ends, unless both patterns state the same: whatever the parent states, it states. */
function endsFit(parent: string, child: string): boolean {
  const first = parent.search(/[*?]/);
  if (first < 0) return child.startsWith(parent);
  const last = Math.max(parent.lastIndexOf('*'), parent.lastIndexOf('?'));
  return child.startsWith(parent.slice(0, first)) && child.endsWith(parent.slice(last + 1));
}

export function isGlob(text: string): boolean {
  return text.includes('*') || text.includes('?');
}

/** Whether the pattern matches the text. Returns to the last `*` only: quadratic at worst. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, from, star, restart] = [0, 0, -1, 0];
  while (at < text.length) {
    const symbol = pattern[from];
    if (symbol === '*') {
      star = from;
      from += 1;
      restart = at;
    } else if (symbol === '?' || (symbol !== undefined && symbol === text[at])) {
      from += 1;
      at += 1;
    } else if (star >= 0) {
      from = star + 1;
      restart += 1;
      at = restart;
    } else return false;
  }
  while (pattern[from] === '*') from += 1;
  return from === pattern.length;
}

/** Runs of wildcards in one order, with one `*` at most: `*?*` and `?*` match the same. */
function normal(pattern: string): string {
  return pattern.replace(/[*?]{2,}/g, (run) => {
    const some = run.replaceAll('*', '');
    return some.length === run.length ? run : `${some}*`;
  });
}

function wildcardsIn(pattern: string): number {
  let count = 0;
  for (const symbol of pattern) if (symbol === '*' || symbol === '?') count += 1;
  return count;
}

interface Step {
  readonly at: number;
  readonly reached: readonly number[];
}

function isIncluded(parent: string, child: string): Cover {
  const seen = new Set<string>();
  const todo: Step[] = [];
  const visit = (at: number, reached: readonly number[]): void => {
    // Behind a last `*` the parent takes whatever follows.
    if (parent[reached[0] as number] === '*' && reached[0] === parent.length - 1) return;
    const key = `${at}:${reached.join(',')}`;
    if (seen.has(key)) return;
    seen.add(key);
    todo.push({ at, reached });
  };
  visit(0, reach(parent, [0]));
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if (seen.size > SCOPE_STATES_MAX) return 'unknown';
    const { at, reached } = step;
    const symbol = child[at];
    if (symbol === undefined) {
      if (reached.at(-1) !== parent.length) return 'no';
      continue;
    }
    if (symbol === '*') visit(at + 1, reached);
    const next = symbol === '*' ? at : at + 1;
    for (const read of isWild(symbol) ? symbolsAt(parent, reached) : [symbol]) {
      const then = advance(parent, reached, read);
      // Every rest of a pattern matches something, and here the parent matches nothing any more.
      if (then.length === 0) return 'no';
      visit(next, then);
    }
  }
  return 'yes';
}

function isWild(symbol: string): boolean {
  return symbol === '*' || symbol === '?';
}

/** The characters that the parent tells apart from here, and `''` for every other one. */
function symbolsAt(parent: string, reached: readonly number[]): ReadonlySet<string> {
  const symbols = new Set(['']);
  for (const at of reached) {
    const symbol = parent[at];
    if (symbol !== undefined && !isWild(symbol)) symbols.add(symbol);
  }
  return symbols;
}

function advance(parent: string, reached: readonly number[], read: string): readonly number[] {
  const next: number[] = [];
  for (const at of reached) {
    const symbol = parent[at];
    if (symbol === '*') next.push(at);
    else if (symbol === '?' || (symbol !== undefined && symbol === read)) next.push(at + 1);
  }
  return reach(parent, next);
}

/**
 * Positions in ascending order, with those that need no character to be reached. What stands before the last `*`
 * is left out: whatever it still leads to, the rest behind that `*` matches too.
 */
function reach(parent: string, positions: readonly number[]): readonly number[] {
  const all = new Set<number>();
  let star = -1;
  for (const at of positions) {
    all.add(at);
    if (parent[at] !== '*') continue;
    star = Math.max(star, at);
    all.add(at + 1);
  }
  return [...all].filter((at) => at >= star).sort((a, b) => a - b);
}
