import type { AgentNames } from './names.ts';
import type { Deed, Observed } from './observed.ts';
import { createTallies, type Tallies, told } from './tally.ts';
import { type Patterns, targetPatterns } from './targets.ts';
import { isSpeakable, quoted, roundedUp } from './text.ts';

/** More actions of one agent than that are told by their kind: nobody would read the list. */
const ACTIONS_SHOWN_MAX = 100;
const REFUSED_SHOWN_MAX = 10;
const SESSION_SECONDS_MIN = 60;
const SECONDS_MAX = 31_536_000;

/** The rows of `agents`, one text each, in the order of their names. */
export function agentRows(observed: Observed, names: AgentNames): readonly (readonly string[])[] {
  const deedsOf = groupBy(
    observed.deeds.filter(({ platform }) => !platform),
    ({ actor, holder }) => names.owner(actor?.id, holder?.id),
  );
  const sessions = longestSessions(observed, names);
  return names.patterns.flatMap((pattern) => {
    const deeds = deedsOf.get(pattern);
    return deeds === undefined ? [] : [agentRow(pattern, deeds, sessions.get(pattern))];
  });
}

function agentRow(id: string, deeds: readonly Deed[], sessionSeconds: number | undefined): readonly string[] {
  const done = deeds.filter((deed) => deed.done);
  const all = createTallies();
  for (const deed of done) all.add('', deed);
  const tally = all.of.get('');
  const chains = new Set(done.map(({ chainId }) => chainId)).size;
  const where = chains === 1 ? 'in one chain' : `in ${chains} chains`;
  const head = tally === undefined ? 'nothing it tried went through' : `${where}, ${told(tally)}`;
  return [
    `  # ${head}`,
    `  - agent: ${quoted(id)}`,
    ...tasks(deeds),
    ...actions(deeds, done.length),
    ...list('targets', targetPatterns(done), done.length),
    ...list(
      'fields',
      plain(done, ({ fields }) => fields),
      done.length,
    ),
    ...list(
      'repositories',
      plain(done, ({ repository }) => (repository === undefined ? [] : [repository])),
      done.length,
    ),
    ...limits(done),
    ...session(sessionSeconds),
  ];
}

function tasks(deeds: readonly Deed[]): readonly string[] {
  const named = deeds.filter(({ task }) => task !== undefined);
  if (named.length === 0) return [];
  const distinct = new Set(named.map(({ task }) => task)).size;
  if (named.length === deeds.length)
    return [`    taskRequired: true # always in the name of a task, ${distinct} in all`];
  return [`    # ${named.length} of ${deeds.length} actions named a task, ${distinct} in all`];
}

function actions(deeds: readonly Deed[], among: number): readonly string[] {
  const nameOf = ({ name }: Deed): readonly string[] => (name === undefined ? [] : [name]);
  const done = talliesOf(
    deeds.filter((deed) => deed.done),
    nameOf,
  );
  const refused = talliesOf(
    deeds.filter((deed) => !deed.done),
    nameOf,
  ).sorted();
  const left = refused.filter(([name]) => !done.of.has(name));
  const allowed = list(
    'actions',
    done.of.size > ACTIONS_SHOWN_MAX ? byKind(deeds) : { tallies: done, made: new Set() },
    among,
  );
  return [
    // Whoever did nothing may do nothing: without the member it might do anything.
    ...(allowed.length === 0 ? ['    actions: []'] : allowed),
    ...left
      .slice(0, REFUSED_SHOWN_MAX)
      .map(([name, tally]) => `      # refused, so left out: ${quoted(name)} ${told(tally)}`),
    ...(left.length > REFUSED_SHOWN_MAX
      ? [`      # and ${left.length - REFUSED_SHOWN_MAX} more that were refused`]
      : []),
  ];
}

/** `tool:*` and `<system>:*`. */
function byKind(deeds: readonly Deed[]): Patterns {
  const tallies = createTallies();
  for (const deed of deeds) {
    const kind = deed.name?.startsWith('tool:') === true ? 'tool' : deed.system;
    if (deed.done && deed.name !== undefined && kind !== undefined && isSpeakable(kind))
      tallies.add(`${kind}:*`, deed);
  }
  return { tallies, made: new Set(tallies.of.keys()) };
}

/** One member of a row: a list whose values say how often they were seen. */
function list(member: string, { tallies, made }: Patterns, among: number): readonly string[] {
  if (tallies.of.size === 0) return [];
  const canSay = (value: string): boolean => made.has(value) || isSpeakable(value);
  const all = tallies.sorted();
  return [
    all.some(([value]) => canSay(value)) ? `    ${member}:` : `    ${member}: []`,
    ...all.map(([value, tally]) =>
      canSay(value)
        ? `      - ${quoted(value)} # ${told(tally, among)}`
        : `      # no pattern can say ${quoted(value)}, ${told(tally)}`,
    ),
  ];
}

function limits(deeds: readonly Deed[]): readonly string[] {
  const lines = (['amount', 'rows', 'bytes'] as const).flatMap((limit) => {
    const values = deeds.map((deed) => deed[limit]).filter((value) => value !== undefined);
    const most = values.reduce((max, value) => Math.max(max, value), 0);
    const ceiling = roundedUp(most);
    if (values.length === 0 || ceiling > Number.MAX_SAFE_INTEGER) return [];
    return [`      ${limit}: ${ceiling} # the most of ${values.length} was ${most}`];
  });
  return lines.length === 0 ? [] : ['    limits:', ...lines];
}

function session(seconds: number | undefined): readonly string[] {
  if (seconds === undefined) return [];
  const ceiling = Math.max(SESSION_SECONDS_MIN, roundedUp(Math.ceil(seconds)));
  if (ceiling > SECONDS_MAX) return [];
  return [`    maxSessionSeconds: ${ceiling} # the longest took ${Math.ceil(seconds)}`];
}

/** The longest session of each in one chain, seconds. */
function longestSessions({ spans }: Observed, names: AgentNames): ReadonlyMap<string, number> {
  const longest = new Map<string, number>();
  for (const [key, own] of groupBy(spans, ({ chainId, actorId, holderId }) => {
    const id = names.owner(actorId, holderId);
    return id === undefined ? undefined : JSON.stringify([id, chainId]);
  })) {
    const [id] = JSON.parse(key) as [string];
    const firstMs = own.reduce((min, span) => Math.min(min, span.firstMs), Number.POSITIVE_INFINITY);
    const lastMs = own.reduce((max, span) => Math.max(max, span.lastMs), Number.NEGATIVE_INFINITY);
    longest.set(id, Math.max(longest.get(id) ?? 0, (lastMs - firstMs) / 1000));
  }
  return longest;
}

function plain(deeds: readonly Deed[], values: (deed: Deed) => readonly string[]): Patterns {
  return { tallies: talliesOf(deeds, values), made: new Set() };
}

function talliesOf(deeds: readonly Deed[], values: (deed: Deed) => readonly string[]): Tallies {
  const tallies = createTallies();
  for (const deed of deeds) for (const value of values(deed)) tallies.add(value, deed);
  return tallies;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
