import { InvalidArgumentError } from 'commander';

/** An option's value as a number without sign or fraction. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number');
  return Number(text);
}
