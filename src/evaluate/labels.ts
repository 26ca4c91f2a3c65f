import { ChainwardenError } from '../domain/errors.ts';
import type { LabelLine } from './score.ts';

/** Reads a label file: one JSON object a line; empty lines are skipped. `name` is for the error message. */
export function parseLabels(text: string, name: string): LabelLine[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLabel(line, name, index + 1)]));
}

function parseLabel(line: string, name: string, number: number): LabelLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ChainwardenError('INPUT_UNREADABLE', `${name}, line ${number}: not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ChainwardenError('INPUT_UNREADABLE', `${name}, line ${number}: a label is a JSON object`);
  }
  return value as LabelLine;
}
