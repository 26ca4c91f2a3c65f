/** A batch that cannot be unpacked. The message names what is wrong and quotes nothing. */
export class Unreadable extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Unreadable';
  }
}

/** A batch of so many records that even placeholders for them would exhaust memory. Its producer must change. */
export class BatchTooLarge extends Error {
  constructor(codec: string, records: number) {
    super(`a ${codec} batch of ${records} records; its producer must send smaller ones`);
    this.name = 'BatchTooLarge';
  }
}

/** Copies `length` bytes from `back` bytes before `to`; the two may overlap, which repeats the pattern. */
export function copyMatch(out: Buffer, to: number, back: number, length: number): number {
  if (back === 0 || back > to || to + length > out.length)
    throw new Unreadable('a match outside of the output');
  if (back >= length) {
    out.copyWithin(to, to - back, to - back + length);
    return to + length;
  }
  for (let i = 0; i < length; i++) out[to + i] = out[to + i - back] ?? 0;
  return to + length;
}
