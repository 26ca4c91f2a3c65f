import { countingDifferences, type DiffTally, type ReplayDiff } from './replay-diff.ts';

const columns = ['live', 'replay', 'equal', 'missing', 'new', 'changed'] as const;

/** The comparison as text: a row a detector, what was left out, and the verdict. */
export function renderDiff(diff: ReplayDiff): string {
  return [...table(diff.tallies), ...notCompared(diff), verdict(diff), ''].join('\n');
}

function table(tallies: readonly DiffTally[]): string[] {
  if (tallies.length === 0) return [];
  const names = tallies.map(({ detector, counts }) => (counts ? detector : `${detector} (does not count)`));
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const head = columns.map((column) => column.padStart(9)).join('');
  const rows = tallies.map((tally, index) => {
    const cells = columns.map((column) => String(tally[column]).padStart(9)).join('');
    return `${(names[index] ?? '').padEnd(width)}${cells}`;
  });
  return [`${' '.repeat(width)}${head}`, ...rows];
}

function notCompared({ provisional, pending }: ReplayDiff): string[] {
  const lines: string[] = [];
  if (provisional > 0)
    lines.push(`${provisional} provisional: the log ends before they settle; not compared.`);
  if (pending > 0) lines.push(`${pending} the service has not handled to the end of the log; not compared.`);
  return lines;
}

function verdict(diff: ReplayDiff): string {
  const counting = countingDifferences(diff);
  const other = diff.differences.length - counting;
  const rest = other === 0 ? '' : ` ${other} among signals and statistical ones, which do not count.`;
  if (counting === 0) return `No difference among settled deterministic alerts.${rest}`;
  return `${counting} ${counting === 1 ? 'difference' : 'differences'} among settled deterministic alerts.${rest}`;
}
