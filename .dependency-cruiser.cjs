/** Directions of the architecture: domain imports nothing, stages never import one another. */
const stages = [
  'ingest',
  'log',
  'correlate',
  'detect',
  'store',
  'alert',
  'respond',
  'serve',
  'observe',
  'evaluate',
  'watch',
  'policy',
  'oversight',
  'audit',
  'evidence',
  'edge',
];
const free = {
  ingest: [],
  log: [],
  correlate: [],
  detect: [],
  store: [],
  alert: [],
  respond: [],
  serve: ['observe'],
  observe: [],
  evaluate: [],
  watch: [],
  policy: [],
  oversight: [],
  audit: [],
  evidence: [],
  edge: [],
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { path: '^(src/(?!domain/)|detectors/)' },
    },
    {
      name: 'detectors-import-only-domain',
      severity: 'error',
      from: { path: '^detectors/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(src/(?!domain/)|test/)' },
    },
    ...stages.map((stage) => ({
      name: `${stage}-stands-alone`,
      severity: 'error',
      from: { path: `^src/${stage}/` },
      to: {
        path: `^(src/(?!domain/|${[stage, ...free[stage]].map((s) => `${s}/`).join('|')})|detectors/|test/)`,
      },
    })),
    {
      name: 'console-is-a-client-of-the-api',
      severity: 'error',
      from: { path: '^dashboards/console/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(src/(?!domain/|serve/)|detectors/|test/)' },
    },
    {
      name: 'only-the-store-talks-to-clickhouse',
      severity: 'error',
      from: { pathNot: '^(src/store/|test/)' },
      to: { path: 'node_modules/(@clickhouse|chdb)/' },
    },
    {
      name: 'kafkajs-behind-its-port',
      severity: 'error',
      from: { pathNot: '^(src/ingest/kafka/|src/log/|test/)' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.test\\.ts$|^test/|^dashboards/console/static/' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.cjs'] },
  },
};
