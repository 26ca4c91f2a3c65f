import type { ShownPlan } from './api.ts';
import type { Holding } from './story.ts';

/** A token of the story and whether its server calls it active. */
export interface Life {
  readonly holding: Holding;
  readonly active: boolean;
}

/** Who holds what, and what of it lives, as a table for a terminal. */
export function drawLives(lives: readonly Life[]): string {
  const rows = lives.map(({ holding: { holder, what, scope }, active }) => [
    holder,
    what,
    scope,
    active ? 'active' : 'INACTIVE',
  ]);
  const head = ['held by', 'token', 'scope', 'introspection'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}

/** What is to end and what stays, by who holds it; `holders` by the name of the token. */
export function drawPlan({ steps, survivors }: ShownPlan, holders: ReadonlyMap<string, string>): string {
  const whose = (label: string): string => holders.get(label) ?? label;
  return [
    ...steps.map(({ label, role, connector }, index) => {
      const by = connector === undefined ? 'by nobody' : `by ${connector.name}`;
      return `  ${index + 1}. ends what ${whose(label)} holds (${role}), ${by}`;
    }),
    ...survivors.map(({ label, reason }) => `  stays: what ${whose(label)} holds; ${reason}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
