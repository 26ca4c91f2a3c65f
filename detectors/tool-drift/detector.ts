import * as z from 'zod';
import type { ChainView, ToolView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { chainSubject, clocksOf, eventIds, instant, sample } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const hash = z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/);

const DriftConfig = z.strictObject({
  /** Digests of definitions that were reviewed: changing to one of these is told, and pages nobody. */
  announced: z.array(hash).max(4_096).default([]),
});
type DriftConfig = z.infer<typeof DriftConfig>;

const none: readonly Finding[] = [];

/** Fires when a tool is not what it was, or when two servers offer the same name. */
export const toolDrift: Detector<DriftConfig> = {
  id: 'tool-drift',
  version: 1,
  title: 'A tool changed its definition, or two servers offer one name',
  maturity: 'live',
  // Which definition came first may be reported later.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'high',
  covers: ['R32'],
  requires: {
    events: ['tool.invoked', 'tool.completed'],
    fields: ['tool.name', 'tool.server', 'tool.definitionHash'],
  },
  frameworks: frameworks({
    nhi: [3],
    asi: [4, 2, 7],
    attack: ['T1195.002', 'T1036.005'],
    atlas: ['AML.T0109', 'AML.T0110'],
    csf: ['PR.PS-01', 'GV.SC-07', 'DE.CM-06'],
    tenets: ['posture', 'resources'],
    pages: ['P3'],
  }),
  config: DriftConfig,
  looksAt: ['tool', 'chain'],

  evaluate(sighting, config) {
    if (sighting.on === 'tool') return definitionChanged(sighting.tool, sighting.policy, config);
    if (sighting.on === 'chain') return shadowed(sighting.chain, sighting.policy);
    return none;
  },
};

/** Every definition after the first is a finding of its own: whoever looked at one has not seen the next. */
function definitionChanged(tool: ToolView, policy: Policy, config: DriftConfig): readonly Finding[] {
  const [first, ...later] = tool.definitions;
  if (first === undefined || later.length === 0) return none;
  const label = tool.server === undefined ? tool.name : `${tool.server}/${tool.name}`;
  return later.map((definition, index) => {
    const before = tool.definitions[index] ?? first;
    const isAnnounced = config.announced.includes(definition.hash);
    // Without a server two tools of one name look like one that changes.
    const pages = !isAnnounced && tool.server !== undefined;
    return {
      subject: { kind: 'source', key: `tool:${JSON.stringify([tool.key, definition.hash])}`, label },
      fact: 'definition-changed',
      kind: pages ? 'alert' : 'signal',
      severity: pages ? 'high' : 'low',
      title: `${label} is not what it was: its definition changed to ${definition.hash.slice(0, 15)}…`,
      atMs: definition.firstMs,
      evidence: {
        tool: tool.name,
        server: tool.server ?? null,
        definition: definition.hash,
        before: before.hash,
        beforeSince: instant(before.firstMs),
        since: instant(definition.firstMs),
        definitions: tool.definitions.length,
        announced: isAnnounced,
      },
      eventIds: eventIds([definition.eventId], [before.eventId]),
      settlesAtMs: definition.firstMs + clocksOf(policy).latenessMs,
      // The chain in which somebody first worked with the new one.
      ...(definition.callId === undefined ? {} : { shownBy: definition.callId }),
    };
  });
}

/** Names that two servers offer inside one chain: which of them an agent meant, nobody can tell. */
function shadowed(chain: ChainView, policy: Policy): readonly Finding[] {
  // Of tools that were called once each none was called at two servers.
  if (chain.toolCount < 1 || chain.actionCount <= chain.toolCount || chain.platform) return none;
  const servers = new Map<string, Map<string, ToolUse>>();
  for (const { tool, atMs, eventIds: ids } of chain.actions) {
    if (tool?.server === undefined) continue;
    const known = servers.get(tool.name) ?? new Map<string, ToolUse>();
    if (!known.has(tool.server)) known.set(tool.server, { atMs, eventIds: ids, hash: tool.definitionHash });
    servers.set(tool.name, known);
  }
  const doubles = [...servers].filter(([, uses]) => uses.size > 1 && !isOneDefinition([...uses.values()]));
  if (doubles.length === 0) return none;
  const uses = doubles.flatMap(([, byServer]) => [...byServer.values()]);
  // The second of a name shadows the first.
  const atMs = Math.min(
    ...doubles.map(([, byServer]) => [...byServer.values()][1]?.atMs ?? chain.lastEventMs),
  );
  const names = doubles.map(([name]) => name);
  return [
    {
      subject: chainSubject(chain),
      fact: 'shadowed',
      kind: 'signal',
      severity: 'low',
      title: `${names.slice(0, 3).join(', ')} was called at several servers in one chain`,
      atMs,
      evidence: {
        tools: sample(names),
        servers: sample([...new Set(doubles.flatMap(([, byServer]) => [...byServer.keys()]))]),
        chainTools: chain.toolCount,
      },
      eventIds: eventIds(...uses.map((use) => use.eventIds)),
      settlesAtMs: atMs + clocksOf(policy).latenessMs,
    },
  ];
}

interface ToolUse {
  readonly atMs: number;
  readonly eventIds: readonly string[];
  readonly hash: string | undefined;
}

/** One tool that several servers offer alike. */
function isOneDefinition(uses: readonly ToolUse[]): boolean {
  const hashes = new Set(uses.map(({ hash: one }) => one));
  return hashes.size === 1 && !hashes.has(undefined);
}
