import * as z from 'zod';
import { Policy } from '../domain/policy.ts';
import { type Path, valueAt } from './path.ts';

/** As much of JSON Schema as ours uses. */
export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** What may be written, for editors and for whoever writes policies by program. */
export function policyJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(Policy, { io: 'input', target: 'draft-2020-12' });
  return { $schema, title: 'Chainwarden policy', ...schema };
}

export function inputSchema(type: z.ZodType): Schema {
  return z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema;
}

/** The members that exist at a place; where several variants do, those of the one that was chosen. */
export function membersAt(schema: Schema, path: Path, value: unknown): readonly string[] {
  return variantsAt(schema, path, value).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

/** The values that a member may have, as far as the schema lists them. */
export function valuesAt(schema: Schema, path: Path, value: unknown): readonly string[] {
  const said = [...path.slice(0, -1)];
  const owners = path.length === 0 ? [] : options(nodesAt(schema, said, value));
  const member = path.at(-1);
  const found = owners.flatMap((owner) => {
    const own = typeof member === 'number' ? owner.items : owner.properties?.[String(member)];
    return own === undefined ? [] : options([own]);
  });
  const values = found.flatMap((each) => [...(each.enum ?? []), ...('const' in each ? [each.const] : [])]);
  return [...new Set(values.map(String))];
}

function variantsAt(schema: Schema, path: Path, value: unknown): readonly Schema[] {
  const all = options(nodesAt(schema, path, value));
  const here = valueAt(value, path);
  const fitting = all.filter((variant) => fits(variant, here));
  return fitting.length > 0 ? fitting : all;
}

function nodesAt(schema: Schema, path: Path, value: unknown): readonly Schema[] {
  return path.reduce<readonly Schema[]>(
    (nodes, member, index) => {
      const all = options(nodes);
      const here = valueAt(value, path.slice(0, index));
      const fitting = all.filter((variant) => fits(variant, here));
      return (fitting.length > 0 ? fitting : all).flatMap((node) => below(node, member));
    },
    [schema],
  );
}

function below(node: Schema, member: PropertyKey): readonly Schema[] {
  if (typeof member === 'number') return node.items === undefined ? [] : [node.items];
  const { properties, additionalProperties } = node;
  const own = properties?.[String(member)];
  if (own !== undefined) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

function options(nodes: readonly Schema[]): readonly Schema[] {
  return nodes.flatMap((node) => {
    const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
    return inner.length === 0 ? [node] : options(inner);
  });
}

/** Whether every constant of a variant is what the value says: a union's discriminator. */
function fits({ properties }: Schema, value: unknown): boolean {
  const constants = Object.entries(properties ?? {}).filter(([, member]) => 'const' in member);
  return constants.every(([name, member]) => {
    const said = valueAt(value, [name]);
    return said === member.const || (said === undefined && 'default' in member);
  });
}
