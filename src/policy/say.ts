import type * as z from 'zod';
import type { PolicyProblem } from '../domain/policy/document.ts';
import { didYouMean } from './hint.ts';
import { type Path, valueAt } from './path.ts';
import { membersAt, type Schema, valuesAt } from './schema.ts';

/** A problem before it has a place: at the name of a member, or at what it holds. */
export interface Unplaced {
  readonly path: Path;
  readonly of: 'key' | 'value';
  readonly message: string;
}

/** What zod found, in sentences that say what to write instead. One for each member that nobody knows. */
export function sayIssues(
  issues: readonly z.core.$ZodIssue[],
  written: { readonly value: unknown; readonly schema: Schema; readonly at?: Path },
): readonly Unplaced[] {
  const above = written.at ?? [];
  return issues.flatMap((issue) =>
    sayIssue(issue, written).map((said) => ({ ...said, path: [...above, ...said.path] })),
  );
}

function sayIssue(
  issue: z.core.$ZodIssue,
  { value, schema }: { readonly value: unknown; readonly schema: Schema },
): readonly Unplaced[] {
  const { path } = issue;
  const here = valueAt(value, path);
  const one = (message: string): readonly Unplaced[] => [{ path, of: 'value', message }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const members = membersAt(schema, path, value);
      return issue.keys.map((key) => ({
        path: [...path, key],
        of: 'key',
        message: `unknown member ${JSON.stringify(key)}${didYouMean(key, members)}`,
      }));
    }
    case 'invalid_type':
      if (here === undefined) return one(`${JSON.stringify(String(path.at(-1)))} is missing`);
      return one(`expected ${nouns[issue.expected] ?? issue.expected}, found ${nounOf(here)}`);
    case 'invalid_value':
      return one(oneOf(here, issue.values));
    case 'invalid_union': {
      const values = valuesAt(schema, path, value);
      return one(values.length > 0 ? oneOf(here, values) : 'fits none of what may stand here');
    }
    case 'invalid_key':
      return [
        { path, of: 'key', message: `this name may not stand here: ${issue.issues[0]?.message ?? ''}` },
      ];
    case 'invalid_format':
      if (issue.format === 'datetime')
        return one('expected an ISO 8601 time with its zone, e.g. 2026-03-02T08:00:00Z');
      return one(issue.pattern === undefined ? issue.message : `has to match ${issue.pattern}`);
    default:
      return one(issue.message.charAt(0).toLowerCase() + issue.message.slice(1));
  }
}

function oneOf(here: unknown, values: readonly unknown[]): string {
  const list = values
    .map((value) => (typeof value === 'bigint' ? `${value}` : JSON.stringify(value)))
    .join(', ');
  const wanted = values.length === 1 ? list : `one of ${list}`;
  const hint = typeof here === 'string' ? didYouMean(here, values.map(String)) : '';
  return here === undefined ? `is missing: ${wanted}` : `expected ${wanted}${hint}`;
}

const nouns: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of members',
  record: 'a map of members',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function nounOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return nouns[typeof value] ?? typeof value;
}

/** A line that editors can jump to: `policy.yaml:3:5: agents[0].acitons: unknown member`. */
export function sayProblem(file: string, { line, column, path, message }: PolicyProblem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}
