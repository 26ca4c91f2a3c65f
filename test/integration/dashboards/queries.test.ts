import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/domain/ports.ts';
import { openEmbedded } from '../../../src/store/embedded.ts';
import { dashboardFiles, type Panel, questionsOf, type Variable } from '../../support/grafana/dashboards.ts';
import { expand, type VariableValue } from '../../support/grafana/expand.ts';
import { openTestStore } from '../../support/store.ts';
import { aChain, aHop } from '../store/rows.ts';
import { storeWorld, tenant } from './world.ts';

const startMs = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;
const range = { fromMs: startMs - HOUR_MS, toMs: startMs + 3 * HOUR_MS, intervalMs: 60_000 };

type Row = Record<string, unknown>;
interface Answer {
  readonly meta: readonly { readonly name: string; readonly type: string }[];
  readonly data: readonly Row[];
}

/** Somebody who acted, was given authority, passed it on and was alerted of. */
const busySql = `
  SELECT from_id AS name FROM hops
  WHERE from_id != to_id AND from_id IN (SELECT actor FROM actions)
    AND from_id IN (SELECT to_id FROM hops WHERE notEmpty(scope))
    AND chain_id IN (SELECT chain_id FROM alert_queue WHERE kind = 'alert' AND settled)
  GROUP BY name ORDER BY count() DESC, name LIMIT 1`;

const open: (() => Promise<void>)[] = [];
let store: Store;
let ask: (sql: string) => Promise<Answer>;
let chosen: Readonly<Record<string, string>>;

beforeAll(async () => {
  const opened = await openTestStore();
  const { path, database, close } = opened;
  store = opened.store;
  const alerts = await storeWorld(store, 40, startMs);
  const connection = await openEmbedded({ path, database, readers: 1 });
  const client = createClient({ connection, log: { level: ClickHouseLogLevel.OFF } });
  open.push(() => client.close(), close);
  ask = async (query) => {
    try {
      const { meta = [], data } = await (await client.query({ query, format: 'JSON' })).json<Row>();
      return { meta, data };
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${query}`);
    }
  };
  const { data } = await ask(busySql);
  const page = alerts.find(({ chainId, kind }) => kind === 'alert' && chainId !== undefined);
  chosen = { chain: page?.chainId ?? '', principal: String(data[0]?.['name']) };
});
afterAll(async () => {
  for (const close of open) await close();
});

/** What Grafana would let one choose, and what this test chooses. */
async function choose(variables: readonly Variable[]): Promise<Map<string, VariableValue>> {
  const known = new Map<string, VariableValue>();
  for (const variable of variables) {
    if (variable.type === 'datasource') continue;
    if (variable.type === 'textbox') {
      known.set(variable.name, { values: [chosen[variable.name] ?? ''], all: false });
      continue;
    }
    const { meta, data } = await ask(expand(variable.query.rawSql, { ...range, variables: known }));
    const values = data.map((row) => String(row[meta[0]?.name ?? '']));
    expect(values.length, variable.name).toBeGreaterThan(0);
    expect(meta.map(({ type }) => type)).toEqual(['String']);
    known.set(variable.name, { values: variable.multi ? values : [values[0] ?? ''], all: variable.multi });
  }
  return known;
}

/** One value of each that offers "All", as somebody who looks at one thing would have it. */
function narrowed(variables: ReadonlyMap<string, VariableValue>): Map<string, VariableValue> {
  return new Map(
    [...variables].map(([name, { values }]) => [name, { values: values.slice(0, 1), all: false }]),
  );
}

function checkShape(panel: Panel, refId: string, { meta, data }: Answer): void {
  const names = meta.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, type } of meta)
    expect(type, name).not.toMatch(/LowCardinality|Enum|Array|Map|Tuple|Bool/);
  if (panel.type === 'timeseries') {
    expect(meta[0]).toMatchObject({ name: 'time', type: expect.stringMatching(/^DateTime/) });
    const times = data.map(({ time }) => String(time));
    expect(times).toEqual([...times].sort());
    expect(meta.slice(1).some(({ type }) => /Int|Float/.test(type))).toBe(true);
  }
  if (panel.type === 'nodeGraph') {
    expect(names).toEqual(
      expect.arrayContaining(refId === 'nodes' ? ['id', 'title'] : ['id', 'source', 'target']),
    );
    expect(new Set(data.map(({ id }) => id)).size).toBe(data.length);
  }
  if (panel.type === 'stat') expect(data).toHaveLength(1);
}

describe.each(dashboardFiles())('$path', ({ dashboard }) => {
  const asking = dashboard.panels.filter((panel) => questionsOf(panel).length > 0);
  it.each(asking.map((panel) => [panel.title, panel] as const))('%s', async (_, panel) => {
    const variables = await choose(dashboard.templating.list);
    expect(variables.get('tenant')?.values).toEqual([tenant]);
    for (const { rawSql, refId } of questionsOf(panel)) {
      const answer = await ask(expand(rawSql, { ...range, variables }));
      checkShape(panel, refId, answer);
      expect(answer.data.length).toBeGreaterThan(0);
      const narrow = { ...range, variables: narrowed(variables) };
      checkShape(panel, refId, await ask(expand(rawSql, narrow)));
    }
  });
});

describe('the graph of a chain', () => {
  const { dashboard } = dashboardFiles().find(({ path }) => path.endsWith('/chain.json')) ?? nothing();
  const [nodes, edges] = questionsOf(dashboard.panels.find(({ type }) => type === 'nodeGraph') ?? nothing());

  async function graphOf(id: string) {
    chosen = { ...chosen, chain: id };
    const variables = await choose(dashboard.templating.list);
    const asked = { ...range, variables };
    return {
      nodes: (await ask(expand(nodes?.rawSql ?? '', asked))).data,
      edges: (await ask(expand(edges?.rawSql ?? '', asked))).data,
    };
  }

  it('has both ends of every edge, and one whole ring around every node', async () => {
    const graph = await graphOf(chosen['chain'] ?? '');
    const ids = new Set(graph.nodes.map(({ id }) => id));
    for (const { source, target } of graph.edges)
      expect([...ids]).toEqual(expect.arrayContaining([source, target]));
    for (const node of graph.nodes) {
      const arcs = Object.entries(node).filter(([name]) => name.startsWith('arc__'));
      expect(arcs.reduce((sum, [, share]) => sum + Number(share), 0)).toBe(1);
    }
    expect(graph.nodes.map(({ mainstat }) => mainstat)).toContain('alert');
    expect(graph.nodes.map(({ subtitle }) => subtitle)).toEqual(expect.arrayContaining(['system', 'agent']));
  });

  it('follows chains that merged, from wherever one asks, and shows a hop that moved once', async () => {
    const chain = (id: string, mergedInto?: string) =>
      aChain({ tenant, id, version: 2, mergedInto, state: mergedInto === undefined ? 'open' : 'merged' });
    await store.writeChains([
      chain('chn_a', 'chn_b'),
      chain('chn_b', 'chn_c'),
      chain('chn_c'),
      chain('chn_d'),
    ]);
    const person = (id: string) => ({ id, kind: 'human' as const });
    const hop = (chainId: string, key: string, version: number, from: string, to: string) =>
      aHop({ tenant, chainId, key, version, from: person(from), to: person(to) });
    await store.writeHops([
      hop('chn_a', 'moved', 1, 'ann', 'bob'),
      hop('chn_c', 'moved', 2, 'ann', 'bob'),
      hop('chn_c', 'stayed', 1, 'bob', 'cid'),
      hop('chn_a', 'gone', 1, 'ann', 'dot'),
      hop('chn_d', 'gone', 2, 'ann', 'dot'),
    ]);
    for (const id of ['chn_a', 'chn_b', 'chn_c']) {
      expect((await graphOf(id)).edges.map((edge) => edge['id'])).toEqual(['hop moved', 'hop stayed']);
    }
  });

  it('is empty, and no error, while nothing is chosen and for what nobody knows', async () => {
    expect(await graphOf('')).toEqual({ nodes: [], edges: [] });
    expect(await graphOf("no\\' OR 1=1 --")).toEqual({ nodes: [], edges: [] });
  });
});

function nothing(): never {
  throw new Error('there is no such thing');
}
