// What a comparison of two grants costs in each dialect: found, and looked up. `main.mjs` prints it beside the rest.
import { Policy } from '../../dist/src/domain/policy.js';
import { createScopeAlgebra } from '../../dist/src/domain/scope/index.js';

const ISSUER = 'https://as.example';
const PAIRS = 2_000;
/** How often a pair is looked up again. */
const LOOKS = 5;

const google = (name) => `https://www.googleapis.com/auth/${name}`;
const nested = (rows) => Object.fromEntries(rows.map((row, at) => [row, rows.slice(at + 1, at + 3)]));

/** By dialect: options of its rule, a grant of the parent and of the child by number. Half of the pairs are covered. */
const dialects = {
  exact: [{}, (n) => `crm:record-${n}:read`, (n) => `crm:record-${n + (n % 2)}:read`],
  hierarchical: [{}, (n) => `crm:record-${n}`, (n) => `crm:record-${n + (n % 2)}:read`],
  glob: [{}, (n) => `crm:*-${n}:*`, (n) => `crm:record*-${n + (n % 2)}:read?`],
  iam: [
    {},
    (n) => `s3:Get*@arn:aws:s3:::company-logs-${n}/*/2026-*`,
    (n) => `s3:GetObject*@arn:aws:s3:::company-logs-${n + (n % 2)}/*/eu/2026-??/*.gz`,
  ],
  url: [
    {},
    (n) => google(n % 2 ? 'drive' : `x-${n}`),
    (n) => google(n % 2 ? 'documents.readonly' : `y-${n}`),
  ],
  msgraph: [{}, (n) => `Res${n}.ReadWrite.All`, (n) => `Res${n + (n % 2)}.Read`],
  rar: [{}, undefined, undefined],
  kubernetes: [{}, (n) => `*:apps/deployments@ns-${n}`, (n) => `get:apps/deployments#web@ns-${n + (n % 2)}`],
  table: [
    { implies: nested(Array.from({ length: 64 }, (_, n) => `g${n}`)) },
    (n) => `g${n % 64}`,
    (n) => `g${(n * 7) % 64}`,
  ],
};

const detail = (n, ...actions) => [
  { type: 'api', identifier: `i-${n}`, actions, locations: ['https://a.example'] },
];

function authorities(algebra, parentOf, childOf) {
  const of = (scope, authorizationDetails) =>
    algebra.authorityOf({ issuer: ISSUER, aud: undefined, grant: undefined, scope, authorizationDetails });
  return Array.from({ length: PAIRS }, (_, n) =>
    parentOf === undefined
      ? [of([], detail(n, 'read', 'write')), of([], detail(n + (n % 2), 'read'))]
      : [of([parentOf(n)]), of([childOf(n)])],
  );
}

function timed(algebra, pairs, times) {
  let covered = 0;
  const start = process.hrtime.bigint();
  for (let time = 0; time < times; time += 1) {
    for (const [parent, child] of pairs)
      if (algebra.compare(parent, child).relation === 'narrower') covered += 1;
  }
  const us = Number(process.hrtime.bigint() - start) / 1e3 / (pairs.length * times);
  return { us, covered };
}

/** Microseconds of one comparison, best of the rounds: with a memory that is empty, and with one that knows the pair. */
function measure([options, parentOf, childOf], dialect, rounds) {
  const policy = Policy.parse({ scopes: [{ issuer: '*', dialect, ...options }] });
  let [miss, hit] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round <= rounds; round += 1) {
    const algebra = createScopeAlgebra(policy);
    const pairs = authorities(algebra, parentOf, childOf);
    const first = timed(algebra, pairs, 1);
    const again = timed(algebra, pairs, LOOKS);
    if (first.covered * LOOKS !== again.covered)
      throw new Error(`${dialect}: a second look says something else`);
    // The first round only warms up.
    if (round === 0) continue;
    miss = Math.min(miss, first.us);
    hit = Math.min(hit, again.us);
  }
  return { miss, hit };
}

/** Milliseconds for tokens of as many grants as the contract allows, all of them patterns that are hard to compare. */
function worst() {
  const algebra = createScopeAlgebra(Policy.parse({ scopes: [{ issuer: '*', dialect: 'glob' }] }));
  const of = (tail) =>
    algebra.authorityOf({
      ...{ issuer: ISSUER, aud: undefined, grant: undefined },
      scope: Array.from({ length: 256 }, (_, n) => `*${tail}${'?'.repeat(14)}${String(n).padStart(3, '0')}`),
    });
  const [parent, child] = [of('a'), of('ba')];
  const start = process.hrtime.bigint();
  algebra.compare(parent, child);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The lines of a table; `baseUs` is what JSON.parse of one event costs in the same run. */
export function scopeTable(rounds, baseUs) {
  const rows = Object.entries(dialects).map(([dialect, pairs]) => {
    const { miss, hit } = measure(pairs, dialect, rounds);
    const shown = [miss, hit].flatMap((us) => [
      us.toFixed(2),
      Math.round(1e6 / us),
      (us / baseUs).toFixed(2),
    ]);
    return `| ${dialect} | ${shown.join(' | ')} |`;
  });
  return [
    '| comparison of two grants | us, found | 1/s | ratio to JSON.parse | us, again | 1/s | ratio |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows,
    '',
    `256 by 256 patterns made to be hard: ${worst().toFixed(0)} ms, once`,
    '',
  ].join('\n');
}
