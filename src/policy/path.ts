/** The way to a member: names of maps and places in lists. */
export type Path = readonly PropertyKey[];

/** As people write it: `agents[2].limits.amount`. */
export function pathText(path: Path): string {
  return path.map((member, index) => partText(member, index === 0)).join('');
}

function partText(member: PropertyKey, isFirst: boolean): string {
  if (typeof member === 'number') return `[${member}]`;
  const name = String(member);
  if (/^[\w-]+$/.test(name)) return isFirst ? name : `.${name}`;
  return `[${JSON.stringify(name)}]`;
}

/** What stands there; undefined when there is nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, member) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[member] : undefined,
    value,
  );
}
