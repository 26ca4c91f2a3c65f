import { Counter, Gauge, Histogram } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { errorCodes } from '../../../src/domain/errors.ts';
import { responseStates } from '../../../src/domain/response.ts';
import { createMetrics } from '../../../src/observe/index.ts';
import { dashboardFiles } from '../../support/grafana/dashboards.ts';
import { readProject, table } from '../../support/markdown.ts';

const Rule = z.strictObject({
  alert: z.string().regex(/^Chainwarden[A-Z]\w+$/),
  expr: z.string(),
  for: z.string().regex(/^\d+m$/),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({
    summary: z.string().min(10).max(120),
    /** What to do. */
    description: z.string().min(60),
    /** Why at this value. */
    threshold: z.string().min(10),
  }),
});
const Rules = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string().regex(/^chainwarden-[a-z]+$/), rules: z.array(Rule) })),
});
const read = (name: string): unknown => parse(readProject(`dashboards/prometheus/${name}`), { strict: true });
const rules = Rules.parse(read('chainwarden.rules.yml')).groups.flatMap((group) => group.rules);

/** What is asked, and the labels that its answer is shown with. */
interface Asked {
  readonly title: string;
  readonly expr: string;
  readonly shown: readonly string[];
}

const asked: readonly Asked[] = [
  ...rules.map(({ alert, expr, annotations }) => ({
    title: alert,
    expr,
    shown: [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\{\{ \$labels\.(\w+) \}\}/g),
    ].map(([, label = '']) => label),
  })),
  ...dashboardFiles().flatMap(({ dashboard }) =>
    dashboard.panels.flatMap((panel) =>
      panel.type === 'row'
        ? []
        : panel.targets.flatMap((target) => {
            if (!('expr' in target)) return [];
            const shown = [...target.legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
            return [{ title: panel.title, expr: target.expr, shown }];
          }),
    ),
  ),
];

interface Series {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

interface Instrument {
  readonly name: string;
  readonly type: Series['type'];
  readonly labels: readonly string[];
  readonly help: string;
}

const metrics = createMetrics({ process: true });

/** What our own code counts. */
function instruments(): readonly Instrument[] {
  const Named = z.object({ name: z.string(), labelNames: z.array(z.string()), help: z.string() });
  const kinds = [
    ['counter', Counter],
    ['gauge', Gauge],
    ['histogram', Histogram],
  ] as const;
  return Object.values(metrics)
    .flatMap((part) => Object.values(part) as unknown[])
    .flatMap((instrument) => {
      const [type] = kinds.find(([, kind]) => instrument instanceof kind) ?? [];
      if (type === undefined) return [];
      const { name, labelNames: labels, help } = Named.parse(instrument);
      return [{ name, type, labels, help }];
    });
}

/** Every series that a scrape may bring, with its labels; those that the scrape itself adds are on all. */
async function knownSeries(): Promise<ReadonlyMap<string, Series>> {
  const series = new Map<string, Series>([['up', { type: 'gauge', labels: [] }]]);
  for (const [, name = '', type] of (await metrics.render()).matchAll(/^# TYPE (\S+) (counter|gauge)$/gm)) {
    if (!name.startsWith('chainwarden_')) series.set(name, { type: type as Series['type'], labels: [] });
  }
  for (const { name, type, labels } of instruments()) {
    if (type !== 'histogram') series.set(name, { type, labels });
    else
      for (const part of ['bucket', 'count', 'sum'])
        series.set(`${name}_${part}`, { type, labels: [...labels, ...(part === 'bucket' ? ['le'] : [])] });
  }
  return series;
}

const known = await knownSeries();

interface Use {
  readonly name: string;
  readonly matchers: readonly (readonly [label: string, value: string])[];
  /** The function around it, if any. */
  readonly inside: string | undefined;
}

function usesIn(expr: string): readonly Use[] {
  const pattern = /(?:\b(\w+)\()?\b((?:chainwarden|process|nodejs)_\w+|up)\b(?:\{([^}]*)\})?/g;
  return [...expr.matchAll(pattern)].map(([, inside, name = '', matchers = '']) => ({
    name,
    inside,
    matchers: [...matchers.matchAll(/(\w+)(?:=~|!=|=)"([^"]*)"/g)].map(([, label = '', value = '']) => [
      label,
      value,
    ]),
  }));
}

function labelsBy(expr: string): readonly string[] {
  return [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((each) => each.trim()),
  );
}

function labelsMade(expr: string): readonly string[] {
  return [...expr.matchAll(/label_replace\([^"]*"(\w+)"/g)].map(([, label = '']) => label);
}

/** Values that our labels may have, where an expression asks for one. */
const values: Readonly<Record<string, readonly string[]>> = {
  job: ['chainwarden'],
  code: Object.keys(errorCodes),
  mode: ['dry_run', 'real'],
  state: [...responseStates, 'waiting', 'in_flight'],
  by: ['machine', 'person'],
  status: ['5..'],
};

describe('what Prometheus is asked', () => {
  it('is a lot', () => {
    expect(rules.length).toBeGreaterThan(25);
    expect(asked.length).toBeGreaterThan(70);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it.each(asked.map(({ title, expr, shown }) => [`${title}: ${expr.slice(0, 60)}`, expr, shown] as const))(
    '%s',
    (_, expr, shown) => {
      const uses = usesIn(expr);
      expect(uses.length).toBeGreaterThan(0);
      for (const { name, matchers, inside } of uses) {
        const { type, labels } = known.get(name) ?? expect.fail(`nothing counts ${name}`);
        for (const [label, value] of matchers) {
          expect(label === 'job' ? ['job'] : labels).toContain(label);
          expect(values[label]).toContain(value);
        }
        // A counter says nothing by its height, and a gauge nothing by its rate.
        if (type === 'gauge') expect(inside ?? '', name).not.toMatch(/^(rate|increase)$/);
        else if (inside === undefined || inside === 'by') expect(expr).toContain(`unless ${name}`);
      }
      const has = new Set([
        ...uses.flatMap(({ name }) => known.get(name)?.labels ?? []),
        ...labelsMade(expr),
      ]);
      for (const label of labelsBy(expr)) expect([...has]).toContain(label);
      const left = labelsBy(expr).length > 0 ? labelsBy(expr) : [...has];
      for (const label of shown) expect(left).toContain(label);
    },
  );

  it('uses what is measured in every stage', () => {
    const used = new Set(
      asked.flatMap(({ expr }) => usesIn(expr).map(({ name }) => name.replace(/_(bucket|count)$/, ''))),
    );
    const stages = [
      'intake',
      'http',
      'log',
      'engine',
      'detector',
      'detection',
      'alerts',
      'step',
      'store',
      'webhook',
    ];
    for (const stage of [...stages, 'outbox', 'response', 'policy', 'kafka', 'ssf']) {
      expect(
        [...used].some((name) => name.startsWith(`chainwarden_${stage}`)),
        stage,
      ).toBe(true);
    }
  });
});

it('stands in the manual: everything that is counted', () => {
  const listed = table(readProject('dashboards/prometheus/README.md'), 'Metric');
  const code = (text: string): string => `\`${text}\``;
  const counted = instruments().map(({ name, type, labels, help }) => [
    code(name.slice('chainwarden_'.length)),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  expect(listed).toEqual(counted.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
});

describe('the rules', () => {
  it('see a counter with labels begin', () => {
    for (const { alert, expr } of rules) {
      const once = [...expr.matchAll(/increase\((chainwarden_\w+)[^)]*\)\)* > 0(?![.\d])/g)];
      for (const [, name = ''] of once) {
        if ((known.get(name)?.labels.length ?? 0) === 0 || expr.includes('offset 1')) continue;
        expect.fail(`${alert} overlooks the first of ${name}`);
      }
    }
  });

  it('stand in the manual as they are', () => {
    const listed = table(readProject('dashboards/README.md'), 'Rule');
    expect(listed).toEqual(
      rules.map(({ alert, labels, for: wait, annotations }) => [
        `\`${alert}\``,
        labels.severity,
        wait,
        annotations.threshold,
      ]),
    );
  });

  it('send people only to requests that there are', () => {
    const files = [
      'dashboards/prometheus/chainwarden.rules.yml',
      ...dashboardFiles().map(({ path }) => path),
    ];
    const named = files.flatMap((path) =>
      [...readProject(path).matchAll(/\b(?:GET|POST) \/v1\/[\w/{}-]+/g)].map(String),
    );
    const readme = readProject('README.md');
    expect(named.length).toBeGreaterThan(8);
    for (const request of named) expect(readme, request).toContain(`| \`${request}`);
  });

  it('are loaded by a Prometheus that scrapes with a key', () => {
    expect(read('prometheus.yml')).toMatchObject({
      rule_files: ['/etc/prometheus/rules/*.yml'],
      scrape_configs: [
        {
          job_name: 'chainwarden',
          metrics_path: '/metrics',
          authorization: { type: 'Bearer', credentials_file: '/run/secrets/chainwarden_key' },
        },
      ],
    });
  });
});
