/** Which grants each grant implies, as somebody wrote it down: one step, names compared as they stand. */
export type Implies = Readonly<Record<string, readonly string[]>>;

/** A circle of the graph, from a grant back to itself, if there is one. Iterative: the depth is the writer's. */
export function circleOf(implies: Implies): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of Object.keys(implies)) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const todo: { grant: string; leaving: boolean }[] = [{ grant: start, leaving: false }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { grant, leaving } = next;
      if (leaving) {
        path.pop();
        onPath.delete(grant);
        done.add(grant);
        continue;
      }
      if (onPath.has(grant)) return [...path.slice(path.indexOf(grant)), grant];
      if (done.has(grant)) continue;
      path.push(grant);
      onPath.add(grant);
      todo.push({ grant, leaving: true });
      for (const target of impliedBy(implies, grant)) todo.push({ grant: target, leaving: false });
    }
  }
  return undefined;
}

/** What a grant implies in one step. Own members only: a scope may well be called `constructor`. */
export function impliedBy(implies: Implies, grant: string): readonly string[] {
  return Object.hasOwn(implies, grant) ? (implies[grant] as readonly string[]) : [];
}
