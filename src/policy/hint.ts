/** Words further apart than this are different words, not slips. */
const EDITS_MAX = 3;
/** Longer names are not compared: nobody misspells by accident what a program wrote. */
const CHARS_MAX = 64;

/** `; did you mean "scopes"?`, or nothing when no name that exists comes near. */
export function didYouMean(written: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, edits: editsBetween(written.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.min(EDITS_MAX, Math.floor(name.length / 2)))
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  const [best] = near;
  return best === undefined ? '' : `; did you mean ${JSON.stringify(best.name)}?`;
}

/** Insertions, deletions, replacements and swapped neighbours (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  if (a.length > CHARS_MAX || b.length > CHARS_MAX) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
