import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { isSecret, loopback, pinned, required, Service } from '../../support/compose.ts';
import { dashboardFiles, questionsOf } from '../../support/grafana/dashboards.ts';
import { projectFiles, readProject, root } from '../../support/markdown.ts';

/** What is laid over a service that the other file starts. */
const Added = z.strictObject({ volumes: z.array(z.string()), environment: z.record(z.string(), z.string()) });
const Compose = z.strictObject({
  services: z.strictObject({ clickhouse: Added, prometheus: Service, grafana: Service }),
  secrets: z.record(z.string(), z.strictObject({ environment: z.string() })),
  volumes: z.record(z.string(), z.null()),
});
const yaml = (path: string): unknown => parse(readProject(path), { strict: true });
const { services, secrets, volumes } = Compose.parse(yaml('dashboards/docker-compose.yml'));
const { clickhouse, prometheus, grafana } = services;
const base = z
  .object({
    services: z.object({
      clickhouse: z.object({ image: z.string(), environment: z.record(z.string(), z.string()) }),
      chainwarden: z.object({ ports: z.array(z.string()) }),
    }),
  })
  .parse(yaml('docker-compose.yml'));
const reader = readProject('dashboards/grafana/clickhouse-reader.xml');

/** Where a file or folder of the project is seen inside a container. */
function mounted(service: { readonly volumes: readonly string[] }, target: string): string {
  const [source = ''] = service.volumes.find((volume) => volume.split(':')[1] === target)?.split(':') ?? [];
  return source.replace(/^\.\//, '');
}

describe('dashboards/docker-compose.yml', () => {
  it('pins images, listens on this machine only and has no password of its own', () => {
    for (const { image, ports, cap_drop, security_opt } of [prometheus, grafana]) {
      expect(image).toMatch(pinned);
      expect(ports).toHaveLength(1);
      for (const port of ports) expect(port).toMatch(loopback);
      expect([cap_drop, security_opt]).toEqual([['ALL'], ['no-new-privileges:true']]);
    }
    for (const { environment } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (isSecret(name)) expect(value).toMatch(required);
      }
    }
    expect(grafana.environment).toHaveProperty('GF_SECURITY_ADMIN_PASSWORD');
  });

  it('mounts what exists, to be read only, and keeps the rest in declared volumes', () => {
    const used = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(':')),
    );
    for (const [source = '', , mode] of used.filter(([name]) => name?.startsWith('.'))) {
      expect(existsSync(root + source), source).toBe(true);
      expect(mode).toBe('ro');
    }
    const named = used.flatMap(([source = '']) => (source.startsWith('.') ? [] : [source]));
    expect(named.sort()).toEqual(Object.keys(volumes).sort());
  });

  it('installs the plug-in that every question is written for', () => {
    const [id, version] = grafana.environment['GF_PLUGINS_PREINSTALL_SYNC']?.split('@') ?? [];
    const questions = dashboardFiles().flatMap(({ dashboard }) => dashboard.panels.flatMap(questionsOf));
    expect(id).toBe('grafana-clickhouse-datasource');
    expect(new Set(questions.map(({ pluginVersion }) => pluginVersion))).toEqual(new Set([version]));
  });

  it('gives Prometheus its configuration, the rules and a key', () => {
    expect(mounted(prometheus, '/etc/prometheus/prometheus.yml')).toBe(
      'dashboards/prometheus/prometheus.yml',
    );
    const config = z
      .object({
        scrape_configs: z.tuple([
          z.object({ static_configs: z.tuple([z.object({ targets: z.array(z.string()) })]) }),
        ]),
      })
      .parse(yaml('dashboards/prometheus/prometheus.yml'));
    const [port] = base.services.chainwarden.ports.map((each) => each.split(':').at(-1));
    expect(config.scrape_configs[0].static_configs[0].targets).toEqual([`chainwarden:${port}`]);
    expect(mounted(prometheus, '/etc/prometheus/rules/chainwarden.rules.yml')).toBe(
      'dashboards/prometheus/chainwarden.rules.yml',
    );
    expect(prometheus.secrets).toEqual(Object.keys(secrets));
    expect(prometheus.command).toContain('--config.file=/etc/prometheus/prometheus.yml');
  });

  it('lets Grafana find its dashboards and both sources', () => {
    const provisioning = mounted(grafana, '/etc/grafana/provisioning');
    const { providers } = z
      .object({
        providers: z.tuple([z.object({ type: z.literal('file'), options: z.object({ path: z.string() }) })]),
      })
      .parse(yaml(`${provisioning}/dashboards/chainwarden.yml`));
    const folder = mounted(grafana, providers[0].options.path);
    expect(projectFiles(`${folder}/*.json`)).toEqual(dashboardFiles().map(({ path }) => path));
    const home = grafana.environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    expect(existsSync(root + home.replace(providers[0].options.path, folder)), home).toBe(true);

    const { datasources } = z
      .object({ datasources: z.array(z.looseObject({ type: z.string(), editable: z.literal(false) })) })
      .parse(yaml(`${provisioning}/datasources/chainwarden.yml`));
    const asked = dashboardFiles().flatMap(({ dashboard }) =>
      dashboard.templating.list.flatMap((variable) =>
        variable.type === 'datasource' ? [variable.query] : [],
      ),
    );
    expect(datasources.map(({ type }) => type).sort()).toEqual([...new Set(asked)].sort());
    expect(datasources[0]).toMatchObject({
      jsonData: {
        host: 'clickhouse',
        username: 'grafana',
        defaultDatabase: base.services.clickhouse.environment['CLICKHOUSE_DB'],
      },
      secureJsonData: { password: `\${GRAFANA_READER_PASSWORD}` },
    });
    expect(datasources[1]).toMatchObject({ url: 'http://prometheus:9090' });
  });
});

describe('the user who reads for the dashboards', () => {
  const database = base.services.clickhouse.environment['CLICKHOUSE_DB'];
  const grants = [...reader.matchAll(/<query>GRANT SELECT(?:\(([^)]*)\))? ON (\w+)\.(\w+)<\/query>/g)].map(
    ([, columns, schema, table = '']) => ({ columns: columns?.split(', '), schema, table }),
  );
  const questions = dashboardFiles().flatMap(({ dashboard }) => [
    ...dashboard.panels.flatMap((panel) => questionsOf(panel).map(({ rawSql }) => rawSql)),
    ...dashboard.templating.list.flatMap((variable) =>
      variable.type === 'query' ? [variable.query.rawSql] : [],
    ),
  ]);
  const tablesIn = (sql: string): readonly string[] => {
    const own = new Set([...sql.matchAll(/(\w+) AS \(\s*SELECT/g)].map(([, name]) => name));
    return [...sql.matchAll(/\b(?:FROM|JOIN) (?:system\.)?(\w+)/g)].flatMap(([, name = '']) =>
      own.has(name) ? [] : [name],
    );
  };

  it('is given a password and nothing to write with', () => {
    expect(mounted(clickhouse, '/etc/clickhouse-server/users.d/chainwarden-reader.xml')).toBe(
      'dashboards/grafana/clickhouse-reader.xml',
    );
    expect(clickhouse.environment['GRAFANA_READER_PASSWORD']).toBe(
      grafana.environment['GRAFANA_READER_PASSWORD'],
    );
    expect(reader).toContain('<password from_env="GRAFANA_READER_PASSWORD"/>');
    expect(reader).toContain('<readonly>1</readonly>');
    expect([...reader.matchAll(/<query>(?!GRANT SELECT)/g)]).toEqual([]);
  });

  it('may read what the dashboards ask for, and no more tables', () => {
    const views = ['alert_actions', 'alert_states'];
    const needed = new Set([...questions.flatMap(tablesIn), ...views]);
    expect(new Set(grants.map(({ table }) => table))).toEqual(needed);
    for (const { schema, table } of grants) expect(schema).toBe(table === 'parts' ? 'system' : database);
  });

  it.each(['events', 'outbox', 'dead_letters'])(
    'may not read what publishers and people wrote: %s',
    (table) => {
      const columns = grants.find((grant) => grant.table === table)?.columns ?? [];
      expect(columns).not.toContain('body');
      const asking = questions.filter((sql) => tablesIn(sql).includes(table));
      expect(asking.length).toBeGreaterThan(0);
      for (const sql of asking) {
        const alias = new RegExp(`FROM ${table} AS (\\w)\\b`).exec(sql)?.[1] ?? expect.fail(sql);
        const used = [...sql.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, 'g'))].map(([, column]) => column);
        expect(used.length).toBeGreaterThan(0);
        for (const column of used) expect(columns).toContain(column);
      }
    },
  );
});
