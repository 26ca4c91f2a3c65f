/** One place at which two structures differ. Absent: there was nothing, or is nothing any more. */
export interface Difference {
  /** E.g. `trust.issuers`; what changed in a list is told by its items. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What became of one structure in another: members by name, items of lists by what they hold, wherever they stand. */
export function differences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (textOf(before) === textOf(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return inLists(before, after, path);
  if (isMembers(before) && isMembers(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) =>
      differences(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** Only moved: nothing. Rows of one name are compared with each other: a change of one member is told as that. */
function inLists(before: readonly unknown[], after: readonly unknown[], path: string): readonly Difference[] {
  const gone = without(before, after);
  const come = without(after, before);
  const told: Difference[] = [];
  const paired = new Set<unknown>();
  for (const item of gone) {
    const name = nameOf(item);
    const same =
      name === undefined ? undefined : come.find((other) => nameOf(other) === name && !paired.has(other));
    if (same === undefined) {
      told.push({ path, before: item });
      continue;
    }
    paired.add(same);
    told.push(...differences(item, same, `${path}[${name}]`));
  }
  return [...told, ...come.filter((item) => !paired.has(item)).map((item) => ({ path, after: item }))];
}

/** Items of the first that are not in the second, each as often as it is more there. */
function without(items: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(textOf(other), (left.get(textOf(other)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(textOf(item)) ?? 0;
    left.set(textOf(item), count - 1);
    return count <= 0;
  });
}

function nameOf(item: unknown): string | undefined {
  if (!isMembers(item)) return undefined;
  const name = item['id'] ?? item['name'] ?? item['agent'] ?? item['issuer'];
  return typeof name === 'string' ? name : undefined;
}

/** The order of members says nothing. */
function textOf(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      isMembers(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
