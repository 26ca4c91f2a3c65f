import { POLICY_ROWS_MAX } from '../../domain/limits.ts';
import { agentRows } from './agents.ts';
import { environmentRows } from './environments.ts';
import { type AgentNames, agentNames } from './names.ts';
import type { Observed } from './observed.ts';
import { day } from './tally.ts';
import { quoted } from './text.ts';
import { audienceRows, lifetimeRows, trustLines } from './trust.ts';

/** Characters of the rows of `agents`: with the rest, a document that can still be read. */
const AGENTS_CHARS_MAX = 400 * 1024;

/** A policy document that nothing of what was observed crosses, with what was observed as comments. */
export function draftPolicy(observed: Observed, nowMs: number): string {
  const { deeds, mints } = observed;
  const times = [...deeds, ...mints].map(({ atMs }) => atMs);
  const firstMs = times.reduce((min, atMs) => Math.min(min, atMs), Number.POSITIVE_INFINITY);
  const lastMs = times.reduce((max, atMs) => Math.max(max, atMs), Number.NEGATIVE_INFINITY);
  const [first, last] = [day(firstMs), day(lastMs)];
  const range = first === last ? first : `${first} to ${last}`;
  const names = agentNames(deeds);
  const lines = [
    `# Drafted on ${day(nowMs)} from ${deeds.length} actions and ${mints.length} credentials, ${range}.`,
    '# Nothing that was seen crosses it. What was seen may include attacks: read it, and take out what should not be.',
    'version: 1',
    `name: ${quoted(`learnt from ${range}`)}`,
    '',
    ...section('agents', agentLines(observed, names)),
    ...section('environments', environmentRows(deeds, names)),
    ...section('audiences', audienceRows(deeds)),
    ...lifetimes(observed),
    ...trustLines(mints),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** A member without a row would be nothing, which is no list. */
function section(member: string, rows: readonly string[]): readonly string[] {
  if (!rows.some(isRow)) return rows.length === 0 ? [] : [...rows, ''];
  return [`${member}:`, ...rows, ''];
}

function lifetimes({ mints }: Observed): readonly string[] {
  const rows = lifetimeRows(mints);
  if (!rows.some(isRow)) return [];
  return ['lifetimes:', '  max:', ...rows, ''];
}

function isRow(line: string): boolean {
  return /^ +- /.test(line);
}

function agentLines(observed: Observed, names: AgentNames): readonly string[] {
  const lines: string[] = [];
  let left = 0;
  let chars = 0;
  let rows = 0;
  for (const own of agentRows(observed, names)) {
    const length = own.reduce((sum, line) => sum + line.length, 0);
    if (rows >= POLICY_ROWS_MAX || chars + length > AGENTS_CHARS_MAX) {
      left += 1;
      continue;
    }
    rows += 1;
    chars += length;
    lines.push(...own);
  }
  if (left > 0) lines.push(`  # ${left} more agents are left out: a policy holds no more`);
  return lines;
}
