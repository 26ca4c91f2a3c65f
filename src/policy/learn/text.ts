const PATTERN_CHARS_MAX = 512;

/** Whether a pattern can say exactly this value: a `*` in it would stand for anything. */
export function isSpeakable(value: string): boolean {
  return value !== '' && value.length <= PATTERN_CHARS_MAX && !value.includes('*');
}

/**
 * A value as YAML, on one line whatever it holds. Names come from events, so from anybody: in a comment as well, none
 * may end its line or its quotes.
 */
export function quoted(value: string): string {
  return JSON.stringify(value).replace(
    // Control characters and separators that some readers of YAML take for the end of a line.
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The next number of 1, 2, 5, 10, 20, …: a limit that the next slightly larger one does not break. */
export function roundedUp(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((rounded) => rounded >= value) ?? value;
}
