import { createLineSplitter } from './lines.ts';
import type { Splitter } from './piece.ts';
import { createValueSplitter, listNames } from './values.ts';

const list = new RegExp(String.raw`^(?:\[|\{\s*"(?:${[...listNames].join('|')})"\s*:\s*\[)`);

/**
 * The splitter for a file that begins with `head` (the whole file when `isAll`). A record a line is the rule, because
 * there a broken record cannot hurt its neighbours; a file is read as free JSON when it starts with a list of
 * records, or with an object that does not end on its line.
 */
export function splitterFor(head: Buffer, isAll: boolean, bytesMax: number): Splitter {
  const text = head.toString('utf8').trimStart();
  if (list.test(text)) return createValueSplitter(bytesMax);
  if (!text.startsWith('{')) return createLineSplitter(bytesMax);
  const lines = text.split('\n');
  // The last line may go on behind the head.
  const whole = isAll ? lines : lines.slice(0, -1);
  const [first, second] = whole.filter((line) => line.trim() !== '');
  const isLines = [first, second].some((line) => line !== undefined && isObject(line));
  return isLines ? createLineSplitter(bytesMax) : createValueSplitter(bytesMax);
}

function isObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
