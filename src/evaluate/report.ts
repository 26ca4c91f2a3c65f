import type { Score, Tally } from './score.ts';
import type { Interval } from './wilson.ts';

/** The score as text: one table for the total, the groups and the detectors, then what was missed. */
export function renderScore(score: Score): string {
  const rows: (readonly [string, Tally])[] = [
    ['total', score.total],
    ...Object.entries(score.groups).map(([value, tally]) => [`${score.group}=${value}`, tally] as const),
    ...Object.entries(score.detectors),
  ];
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const head = ['TP', 'FP', 'FN', 'TN'].map((name) => name.padStart(7)).join('');
  const rates = ['precision', 'recall', 'FP rate'].map((name) => `  ${name.padEnd(RATE_WIDTH)}`).join('');
  const body = rows.map(([name, tally]) => `${name.padEnd(width)}${cells(tally)}`);
  return [
    `${score.labelled} labelled, truth ${score.by}, counting ${score.kind === 'alert' ? 'alerts' : 'alerts and signals'}; ` +
      'rates with 95 % Wilson intervals',
    '',
    `${' '.repeat(width)}${head}${rates}`.trimEnd(),
    ...body,
    '',
    ...notes(score),
    '',
  ].join('\n');
}

const RATE_WIDTH = '0.000 [0.000-0.000]'.length;

function cells({ tp, fp, fn, tn, precision, recall, fpr, intervals }: Tally): string {
  const counts = [tp, fp, fn, tn].map((count) => String(count).padStart(7)).join('');
  const rates = [
    rate(precision, intervals.precision),
    rate(recall, intervals.recall),
    rate(fpr, intervals.fpr),
  ];
  return `${counts}${rates.map((text) => `  ${text.padEnd(RATE_WIDTH)}`).join('')}`.trimEnd();
}

function rate(value: number | null, interval: Interval | null): string {
  if (value === null || interval === null) return '-';
  return `${value.toFixed(3)} [${interval[0].toFixed(3)}-${interval[1].toFixed(3)}]`;
}

function notes(score: Score): string[] {
  const { total, kind } = score;
  const lines: string[] = [];
  if (score.unlabelledAlerts > 0) {
    lines.push(
      `${score.unlabelledAlerts} of ${score.alerts} alerts concern nothing that has a label; they count nowhere.`,
    );
  }
  if (score.unjudged > 0)
    lines.push(`${score.unjudged} labels lack the boolean field ${score.by} and were left out.`);
  if (total.fn > 0) {
    const hinted = kind === 'alert' ? `, ${score.missedWithSignal} of them with a signal` : '';
    lines.push(
      `${total.fn} of ${total.tp + total.fn} were missed${hinted}. A step that its token allows, aimed at a target ` +
        'that is new to the task,',
      'breaks no rule by itself: finding it needs the task in policy, an approval, or the history of the agent.',
    );
  }
  return lines.length === 0 ? ['Everything was found.'] : lines;
}
