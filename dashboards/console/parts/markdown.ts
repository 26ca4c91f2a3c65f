/** Controls and marks that turn the direction of what follows; line breaks become spaces before. */
const unprintable = /[\p{Cc}\p{Bidi_Control}\ufeff]/gu;
/** Invisible, and between two letters nothing: it keeps `@name` and `#1` from calling somebody or something. */
const JOINER = '\u2060';

/**
 * A string from outside as text in Markdown: it begins no heading, list, link, table, code or HTML, and calls nobody.
 * Every mark of ASCII may stand behind a backslash (CommonMark 0.31, section 2.4); those that mean none, and a hyphen
 * within a word, are left readable.
 */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(unprintable, '\ufffd')
    .replace(
      /(?![,;'"?%/])(?!(?<=[A-Za-z0-9])-(?=[A-Za-z0-9]))[!-/:-@[-`{-~]/g,
      (mark) => `\\${mark}${mark === '@' || mark === '#' ? JOINER : ''}`,
    )
    .trim();
}

/** As it is, to be copied: in a run of backticks longer than any within it. */
export function markdownCode(text: string): string {
  const plain = text.replace(/\s+/g, ' ').replace(unprintable, '\ufffd').trim();
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A backtick at an end would join the fence, and a code span of nothing is none.
  return plain === '' ? '—' : `${fence} ${plain} ${fence}`;
}
