import type { AgentNames } from './names.ts';
import type { Deed } from './observed.ts';
import { createTallies, told } from './tally.ts';
import { isSpeakable, quoted } from './text.ts';

/** More than that are told by their kind. */
const PRINCIPALS_MAX = 64;

/** The rows of `environments`: who acted where. */
export function environmentRows(deeds: readonly Deed[], names: AgentNames): readonly string[] {
  const done = deeds.filter((deed) => deed.done && deed.environment !== undefined);
  const seen = createTallies();
  for (const deed of done) seen.add(deed.environment ?? '', deed);
  const crossed = crossings(done);
  return seen.sorted().flatMap(([environment, tally]) => {
    const head = `  # ${told(tally)}`;
    const by = crossed.get(environment);
    if (!isSpeakable(environment)) return [`  # no pattern can say ${quoted(environment)}`];
    if (by !== undefined) {
      return [
        `  # ${quoted(environment)} is left out: a credential for ${quoted(by)} was used there, or the other way round`,
      ];
    }
    const own = done.filter((deed) => deed.environment === environment);
    return [head, ...row(environment, own, names)];
  });
}

function row(environment: string, deeds: readonly Deed[], names: AgentNames): readonly string[] {
  const principals = createTallies();
  const kinds = new Set<string>();
  for (const deed of deeds) {
    for (const { kind } of deed.hands) kinds.add(kind);
    for (const name of new Set(deed.hands.map(({ id }) => names.nameOf(id)))) principals.add(name, deed);
  }
  const named = principals.sorted();
  if (named.length === 0) return ['  # nobody knows who acted there'];
  const hours = [...new Set(deeds.map(({ atMs }) => new Date(atMs).getUTCHours()))].sort((a, b) => a - b);
  const head = `  - environment: ${quoted(environment)} # seen from ${hours[0]}:00 to ${hours.at(-1)}:59 UTC`;
  if (
    named.length <= PRINCIPALS_MAX &&
    named.every(([id]) => isSpeakable(id) || names.patterns.includes(id))
  ) {
    const lines = named.map(([id, tally]) => `      - ${quoted(id)} # ${told(tally, deeds.length)}`);
    return [head, '    principals:', ...lines];
  }
  // A kind that nobody told excludes nobody.
  const known = [...kinds].filter((kind) => kind !== 'unknown').sort();
  if (known.length === 0) return ['  # nobody knows what kind of principals acted there'];
  return [head, `    kinds: [${known.join(', ')}] # ${named.length} principals`];
}

/** Environments between which credentials were carried, each with one of the others: rows for both would forbid it. */
function crossings(deeds: readonly Deed[]): ReadonlyMap<string, string> {
  const crossed = new Map<string, string>();
  for (const { environment, issuedFor } of deeds) {
    if (environment === undefined || issuedFor === undefined || environment === issuedFor) continue;
    crossed.set(environment, issuedFor);
    crossed.set(issuedFor, environment);
  }
  return crossed;
}
