// Prints what it costs to draw chains: folding, layout, and markup of the graph and the timeline.
// Usage: npm run build --silent && node test/bench/chain-charts.mjs
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawGraph } from '../../dist/dashboards/console/chart/draw-graph.js';
import { drawTimeline } from '../../dist/dashboards/console/chart/draw-timeline.js';
import { graphOf } from '../../dist/dashboards/console/chart/graph.js';
import { place } from '../../dist/dashboards/console/chart/layout.js';
import { timelineOf } from '../../dist/dashboards/console/chart/timeline.js';

const beganMs = Date.UTC(2026, 2, 3, 9);
const at = (seconds) => new Date(beganMs + seconds * 1_000).toISOString();
const RUNS = 15;

/** Workers below three planners; every second one of another name, so that folding has something to think about. */
function chainOf(hopCount) {
  const hop = (n) => {
    const name = n < 4 ? `planner ${n}` : `worker ${String.fromCharCode(97 + (n % 2) * (n % 13))}-${n}`;
    const parentKey = n === 0 ? undefined : n < 4 ? 'tok:0' : `tok:${1 + (n % 3)}`;
    return {
      ...{ key: `tok:${n}`, parentKey, kind: 'token', level: 1 + (n % 4), depth: n < 4 ? 1 : 2 },
      ...{
        to: { id: name, kind: 'agent' },
        label: `j${n}`,
        token: { ref: `r${n}`, iss: 'https://idp', jti: `j${n}` },
      },
      ...{ scope: ['a'], addedScope: n % 97 === 5 ? ['b'] : [], audience: [], alternatives: [], useCount: 1 },
      ...{ issuedAt: at(n), expiresAt: at(n + 900), late: false },
    };
  };
  const hops = Array.from({ length: hopCount }, (_, n) => hop(n));
  const alerts = hops.filter(({ addedScope }) => addedScope.length > 0).slice(0, 500);
  return {
    chain: { id: 'chn_bench', startedAt: at(0), lastEventAt: at(hopCount) },
    hops,
    actions: {
      items: hops.slice(-2_100).map(({ key, to }, n) => ({
        ...{ id: `a${n}`, hopKey: key, kind: 'api', at: at(n), actor: to, system: `system ${n % 20}` },
        ...{ action: 'x', effect: n % 3 === 0 ? 'write' : 'read', outcome: 'accepted', eventIds: [] },
      })),
    },
    alerts: alerts.map(({ key, issuedAt }) => ({
      ...{ id: key, hopKey: key, state: 'open', kind: 'alert', severity: 'high', detector: 'scope-creep' },
      ...{ title: 'gained b', subject: { kind: 'token', key, label: key }, firstAt: issuedAt },
    })),
    responses: [],
  };
}

const steps = [
  (all) => Object.assign(all, { graph: graphOf(all.detail, all.options) }),
  (all) => Object.assign(all, { layout: place(all.graph) }),
  (all) => String(drawGraph({ graph: all.graph, layout: all.layout, chainId: 'chn_bench' })),
  ({ detail, graph, options }) =>
    String(
      drawTimeline({
        timeline: timelineOf(detail, graph, options),
        chainId: 'chn_bench',
        hopLink: () => '#',
      }),
    ),
];

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)].toFixed(1);
}

/** Medians of some runs, milliseconds of a processor, for chains of each size: what others do meanwhile is not in it. */
export function benchChainCharts(say, sizes = [10, 100, 500, 10_000]) {
  say('\n| hops | nodes | fold ms | layout ms | graph ms | timeline ms | graph kB |');
  say('|---:|---:|---:|---:|---:|---:|---:|');
  for (const size of sizes) {
    const detail = chainOf(size);
    const options = { atMs: beganMs + 400_000, unfolded: new Map() };
    const times = steps.map(() => []);
    let [nodes, characters] = [0, 0];
    for (let run = 0; run < RUNS; run += 1) {
      const all = { detail, options };
      steps.forEach((step, index) => {
        const before = process.cpuUsage();
        const made = step(all);
        const { user, system } = process.cpuUsage(before);
        times[index].push((user + system) / 1_000);
        if (index === 2) characters = made.length;
      });
      nodes = all.graph.nodes.length;
    }
    say(`| ${size} | ${nodes} | ${times.map(median).join(' | ')} | ${Math.round(characters / 1_000)} |`);
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url))
  benchChainCharts((line) => process.stdout.write(`${line}\n`));
