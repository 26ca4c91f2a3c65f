import { InvalidArgumentError } from 'commander';

/** An option's value as a number without sign or fraction. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number');
  return Number(text);
}

/** An option's value as a moment, milliseconds since the epoch. */
export function instant(text: string): number {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text) || Number.isNaN(ms)) {
    throw new InvalidArgumentError('it must be an ISO 8601 time, e.g. 2026-03-02T08:00:00Z');
  }
  return ms;
}
