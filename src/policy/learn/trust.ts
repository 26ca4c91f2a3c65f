import type { Deed, Mint } from './observed.ts';
import { createTallies, rareness, told } from './tally.ts';
import { isSpeakable, quoted } from './text.ts';

const SECONDS_MAX = 31_536_000;

/** `trust.issuers`, and which of them tell everything as far as can be seen. */
export function trustLines(mints: readonly Mint[]): readonly string[] {
  const issuers = createTallies();
  const silent = new Set<string>();
  for (const { issuer, atMs, issued, used } of mints) {
    if (issuer === undefined) continue;
    issuers.add(issuer, { atMs, chainId: undefined });
    if (used && !issued) silent.add(issuer);
  }
  const all = issuers.sorted();
  if (all.length === 0) return [];
  if (!all.every(([issuer]) => isSpeakable(issuer)))
    return ['# trust.issuers is left out: no pattern can say one of them'];
  const whole = all.filter(([issuer]) => !silent.has(issuer)).map(([issuer]) => quoted(issuer));
  return [
    'trust:',
    '  issuers:',
    ...all.map(([issuer, tally]) => `    - ${quoted(issuer)} # ${told(tally)}`),
    '',
    '# Issuers of which every token that was used had been reported. If they mean to report all of them, absence can be judged:',
    '# expects:',
    `#   issuers: [${whole.join(', ')}]`,
  ];
}

/** The rows of `lifetimes.max`, by the kind of token. */
export function lifetimeRows(mints: readonly Mint[]): readonly string[] {
  const kinds = createTallies();
  const longest = new Map<string, number>();
  for (const { kind, seconds, atMs } of mints) {
    if (kind === undefined || seconds === undefined || seconds <= 0) continue;
    kinds.add(kind, { atMs, chainId: undefined });
    longest.set(kind, Math.max(longest.get(kind) ?? 0, seconds));
  }
  const endless = mints.filter((mint) => mint.endless).length;
  return [
    ...kinds.sorted().map(([kind, tally]) => {
      const seconds = longest.get(kind) ?? 0;
      if (!isSpeakable(kind) || seconds > SECONDS_MAX)
        return `    # left out: ${quoted(kind)}, up to ${seconds} s, ${told(tally)}`;
      return `    - { kinds: [${quoted(kind)}], maxSeconds: ${seconds} } # ${told(tally)}`;
    }),
    ...(endless === 0 ? [] : [`    # ${endless} credentials never end`]),
  ];
}

/** The rows of `audiences`: the fewest that every token fits which a system took. */
export function audienceRows(deeds: readonly Deed[]): readonly string[] {
  const bySystem = new Map<string, Deed[]>();
  for (const deed of deeds) {
    if (!deed.done || deed.presentedTo === undefined || (deed.audience ?? []).length === 0) continue;
    const own = bySystem.get(deed.presentedTo);
    if (own === undefined) bySystem.set(deed.presentedTo, [deed]);
    else own.push(deed);
  }
  return [...bySystem]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([system, own]) => {
      const cover = coverOf(own);
      if (!isSpeakable(system) || !cover.every(([audience]) => isSpeakable(audience)))
        return [`  # left out: no pattern can say ${quoted(system)} or one of its audiences`];
      return [
        `  - system: ${quoted(system)}`,
        '    audiences:',
        ...cover.map(
          ([audience, count]) =>
            `      - ${quoted(audience)} # of ${count} of ${own.length} calls${rareness(count, own.length)}`,
        ),
      ];
    });
}

/** Greedy: the audience that most of the calls share which none so far covers. */
function coverOf(deeds: readonly Deed[]): readonly (readonly [audience: string, count: number])[] {
  const cover: (readonly [string, number])[] = [];
  for (let left = deeds; left.length > 0; ) {
    const counts = new Map<string, number>();
    for (const { audience = [] } of left)
      for (const each of new Set(audience)) counts.set(each, (counts.get(each) ?? 0) + 1);
    const [best] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    if (best === undefined) break;
    cover.push(best);
    left = left.filter(({ audience = [] }) => !audience.includes(best[0]));
  }
  return cover.sort(([a], [b]) => (a < b ? -1 : 1));
}
