import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { detectors } from '../../detectors/registry.ts';
import { defaultPolicy } from '../../src/domain/policy.ts';
import { checkPolicy, policyJsonSchema } from '../../src/policy/index.ts';
import { blocks, codes, readProject, root, table } from '../support/markdown.ts';
import { nowMs, runLine } from '../support/shell.ts';

const readme = readProject('src/policy/README.md');
const example = readProject('src/policy/example.yaml');

interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const variants = (schema: Schema): readonly Schema[] => [
  schema,
  ...(schema.anyOf ?? []),
  ...(schema.oneOf ?? []),
];

/** Every member that can be written: `[]` for the rows of a list, `<id>` for names of the writer's own. */
function members(schema: Schema, path = ''): Map<string, Schema> {
  const rows = variants(schema).flatMap(({ items }) => (items === undefined ? [] : variants(items)));
  const named = variants(schema).flatMap(({ additionalProperties: more }) =>
    typeof more === 'object' && more.properties !== undefined ? [more] : [],
  );
  const found = new Map<string, Schema>();
  const below = (owners: readonly Schema[], prefix: string): void => {
    for (const { properties = {} } of owners)
      for (const [name, member] of Object.entries(properties))
        for (const [key, each] of members(member, `${prefix}${prefix === '' ? '' : '.'}${name}`))
          found.set(key, each);
  };
  below(variants(schema), path);
  below(rows, `${path}[]`);
  below(named, `${path}.<id>`);
  return found.size === 0 ? new Map([[path, schema]]) : found;
}

/** Members that a document says, in the same spelling. */
function said(value: unknown, known: ReadonlySet<string>, path = ''): Set<string> {
  if (known.has(path)) return new Set([path]);
  const below: [string, unknown][] = Array.isArray(value)
    ? value.map((row) => [`${path}[]`, row])
    : Object.entries(value as object).flatMap(([name, member]): [string, unknown][] => [
        [path === '' ? name : `${path}.${name}`, member],
        [`${path}.<id>`, member],
      ]);
  return new Set(
    below
      .filter(([place]) =>
        [...known].some((key) => key === place || key.startsWith(`${place}.`) || key.startsWith(`${place}[`)),
      )
      .flatMap(([place, each]) => [...said(each, known, place)]),
  );
}

const schema = members(policyJsonSchema() as Schema);

describe('the policy document', () => {
  it('is described member by member, with every default', () => {
    const rows = table(readme, 'member');
    expect(rows.map(([member = '']) => codes(member)[0])).toEqual([...schema.keys()]);
    for (const [member = '', shown = ''] of rows) {
      const value = schema.get(codes(member)[0] ?? '')?.default;
      if (['number', 'boolean'].includes(typeof value)) expect(codes(shown), member).toEqual([String(value)]);
      if (typeof value === 'string' && value !== '') expect(codes(shown), member).toEqual([value]);
      if (Array.isArray(value) && value.length === 0)
        expect(shown, member).toMatch(/^(?:none|anybody|any|all)$/);
    }
  });

  it('has an example that says every member, and that nothing is wrong or odd about', () => {
    const context = { detectors, nowMs };
    const { policy, errors, warnings } = checkPolicy(example, context);
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
    expect(policy).not.toEqual(defaultPolicy);
    const known = new Set(schema.keys());
    expect([...known].filter((key) => !said(parse(example), known).has(key))).toEqual([]);
    // A misspelt word of it would be found.
    expect(
      checkPolicy(example.replace('maxSessionSeconds', 'maxSesionSeconds'), context).errors,
    ).toHaveLength(1);
  });

  it('has commands that run', async () => {
    const commands = blocks(readme)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.trim().split('\n'));
    const runnable = commands
      .filter((line) => /policy (?:check|schema)/.test(line))
      .map((line) => line.split(' > ')[0] ?? '');
    expect(runnable).toHaveLength(2);
    for (const line of runnable) await runLine(line, root);
    const printed: unknown = JSON.parse(await runLine('npx chainwarden policy schema', root));
    expect(printed).toMatchObject({
      $schema: expect.stringContaining('2020-12'),
      additionalProperties: false,
    });
  });
});
