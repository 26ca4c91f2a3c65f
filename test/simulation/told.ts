/** Of one kind of difference this many are told. */
const TOLD_MAX = 4;

export function told(problems: readonly string[]): string[] {
  if (problems.length <= TOLD_MAX) return [...problems];
  return [...problems.slice(0, TOLD_MAX), `… and ${problems.length - TOLD_MAX} more`];
}
