import * as z from 'zod';
import { projectFiles, readProject } from '../markdown.ts';

const clickhouse = z.strictObject({
  type: z.literal('grafana-clickhouse-datasource'),
  uid: z.literal(`\${datasource}`),
});
const prometheus = z.strictObject({ type: z.literal('prometheus'), uid: z.literal(`\${prometheus}`) });

/** The plug-in takes a query without a version for one of its third major and makes a table of it. */
const Question = z.discriminatedUnion('queryType', [
  z.strictObject({ queryType: z.literal('table'), format: z.literal(1), ...asked() }),
  z.strictObject({ queryType: z.literal('timeseries'), format: z.literal(0), ...asked() }),
]);
export type Question = z.infer<typeof Question>;

function asked() {
  return {
    refId: z.string(),
    datasource: clickhouse,
    editorType: z.literal('sql'),
    pluginVersion: z.string(),
    rawSql: z.string(),
  };
}

const Expression = z.strictObject({
  refId: z.string(),
  datasource: prometheus,
  editorMode: z.literal('code'),
  expr: z.string(),
  legendFormat: z.string(),
  range: z.boolean(),
  instant: z.boolean(),
});

const GridPos = z.strictObject({
  h: z.int().min(1),
  w: z.int().min(1).max(24),
  x: z.int().min(0),
  y: z.int().min(0),
});
const shared = { id: z.int().positive(), title: z.string().min(3), gridPos: GridPos };
const drawn = {
  ...shared,
  /** Says what to do when it is not flat. */
  description: z.string().min(60),
  fieldConfig: z.object({ defaults: z.object({}), overrides: z.array(z.object({})) }),
  options: z.object({}),
};
const Row = z.strictObject({
  type: z.literal('row'),
  ...shared,
  collapsed: z.literal(false),
  panels: z.tuple([]),
});
const kinds = z.enum(['stat', 'timeseries', 'table', 'nodeGraph']);
const Panel = z.union([
  Row,
  z.strictObject({ type: kinds, ...drawn, datasource: clickhouse, targets: z.array(Question).min(1) }),
  z.strictObject({ type: kinds, ...drawn, datasource: prometheus, targets: z.array(Expression).min(1) }),
]);
export type Panel = z.infer<typeof Panel>;

const Variable = z.discriminatedUnion('type', [
  z.object({ type: z.literal('datasource'), name: z.string(), query: z.string() }),
  z.object({ type: z.literal('textbox'), name: z.string(), query: z.string() }),
  z.object({
    type: z.literal('query'),
    name: z.string(),
    datasource: clickhouse,
    definition: z.string(),
    query: z.strictObject({
      editorType: z.literal('sql'),
      refId: z.string(),
      queryType: z.literal('sql'),
      rawSql: z.string(),
    }),
    includeAll: z.boolean(),
    multi: z.boolean(),
  }),
]);
export type Variable = z.infer<typeof Variable>;

const Dashboard = z.object({
  uid: z.string().regex(/^chainwarden-[a-z]+$/),
  title: z.string().min(3),
  description: z.string().min(10),
  tags: z.array(z.string()),
  timezone: z.literal('utc'),
  schemaVersion: z.literal(39),
  editable: z.literal(false),
  refresh: z.string(),
  time: z.strictObject({ from: z.string(), to: z.literal('now') }),
  templating: z.strictObject({ list: z.array(Variable) }),
  panels: z.array(Panel),
});
export type Dashboard = z.infer<typeof Dashboard>;

export interface DashboardFile {
  readonly path: string;
  readonly text: string;
  readonly dashboard: Dashboard;
}

export function dashboardFiles(): readonly DashboardFile[] {
  return projectFiles('dashboards/grafana/*.json').map((path) => {
    const text = readProject(path);
    return { path, text, dashboard: Dashboard.parse(JSON.parse(text)) };
  });
}

/** What ClickHouse is asked by one panel. */
export function questionsOf(panel: Panel): readonly Question[] {
  if (panel.type === 'row') return [];
  return panel.targets.flatMap((target) => ('rawSql' in target ? [target] : []));
}
