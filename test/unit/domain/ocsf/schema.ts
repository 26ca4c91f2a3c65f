import { readFileSync } from 'node:fs';
import type { OcsfVersion } from '../../../../src/domain/ocsf/base.ts';

interface Attribute {
  readonly type: string;
  readonly requirement: string;
  readonly array?: true;
  readonly enum?: readonly number[];
}

interface Node {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
}

interface Schema {
  readonly class: Node;
  readonly objects: Readonly<Record<string, Node>>;
}

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  integer_t: Number.isSafeInteger,
  long_t: Number.isSafeInteger,
  timestamp_t: (value) => Number.isSafeInteger(value) && Number(value) > 1e12,
  boolean_t: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object',
  json_t: () => true,
};

/** What an event breaks of the schema: unknown and missing attributes, wrong types, values outside an enum, constraints. */
export function faults(event: object, version: OcsfVersion, name = 'detection-finding'): string[] {
  const file = new URL(`${name}-${version}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  return nodeFaults('', event, schema.class, schema);
}

function nodeFaults(path: string, value: object, node: Node, schema: Schema): string[] {
  const members: Readonly<Record<string, unknown>> = { ...value };
  const anyOf = node.constraints?.at_least_one;
  return [
    ...Object.entries(node.attributes).flatMap(([name, { requirement }]) =>
      requirement === 'required' && members[name] === undefined ? [`${path}${name} is missing`] : [],
    ),
    ...(anyOf === undefined || anyOf.some((name) => members[name] !== undefined)
      ? []
      : [`${path} has none of ${anyOf.join(', ')}`]),
    ...Object.entries(members).flatMap(([name, member]) => {
      const attribute = node.attributes[name];
      if (attribute === undefined) return [`${path}${name} is unknown`];
      return attributeFaults(`${path}${name}`, member, attribute, schema);
    }),
  ];
}

function attributeFaults(path: string, value: unknown, attribute: Attribute, schema: Schema): string[] {
  if (attribute.array === true) {
    if (!Array.isArray(value)) return [`${path} is no array`];
    const { array: _, ...one } = attribute;
    return value.flatMap((item, index) => attributeFaults(`${path}.${index}`, item, one, schema));
  }
  const known = primitives[attribute.type];
  const node = schema.objects[attribute.type];
  if (node !== undefined) {
    return typeof value === 'object' && value !== null
      ? nodeFaults(`${path}.`, value, node, schema)
      : [`${path} is no object`];
  }
  const isText = attribute.type.endsWith('_t') && known === undefined;
  if (!(isText ? typeof value === 'string' : (known?.(value) ?? false))) {
    return [`${path} is no ${attribute.type}`];
  }
  return attribute.enum !== undefined && !attribute.enum.includes(Number(value))
    ? [`${path} may not be ${String(value)}`]
    : [];
}
