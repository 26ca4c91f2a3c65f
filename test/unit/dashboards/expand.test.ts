import { describe, expect, it } from 'vitest';
import { expand } from '../../support/grafana/expand.ts';

const around = {
  fromMs: Date.UTC(2014, 10, 12, 11, 45, 26, 371),
  toMs: Date.UTC(2015, 10, 12, 11, 45, 26, 371),
  intervalMs: 20_000,
  variables: new Map([
    ['who', { values: ["o'brien", 'ann'], all: false }],
    ['every', { values: ['a', 'b'], all: true }],
    ['id', { values: ["a\\' (*)"], all: false }],
  ]),
};

/** What the plug-in's own tests expect of the same texts. */
describe('macros', () => {
  it.each([
    ['a > $__fromTime', 'a > toDateTime(1415792726)'],
    [
      '( a >= $__fromTime_ms and a <= $__toTime_ms )',
      '( a >= fromUnixTimestamp64Milli(1415792726371) and a <= fromUnixTimestamp64Milli(1447328726371) )',
    ],
    [
      '$__timeFilter(cast(sth as timestamp) )',
      'cast(sth as timestamp) >= toDateTime(1415792726) AND cast(sth as timestamp) <= toDateTime(1447328726)',
    ],
    ['$__dateFilter(d)', "d >= toDate('2014-11-12') AND d <= toDate('2015-11-12')"],
    ['$__timeInterval(col)', 'toStartOfInterval(toDateTime(col), INTERVAL 20 second)'],
    [
      "$__timeInterval_ms(f(a, ')'))",
      "toStartOfInterval(toDateTime64(f(a, ')'), 3), INTERVAL 20000 millisecond)",
    ],
    ['INTERVAL $__interval_s second', 'INTERVAL 20 second'],
  ] as const)('%s', (sql, text) => {
    expect(expand(sql, around)).toBe(text);
  });

  it('are refused when nobody would expand them, or with other arguments', () => {
    for (const sql of ['$__from', '$__timeFilterX(a)', '$__timeFilter(a, b)', '$__timeFilter(a']) {
      expect(() => expand(sql, around), sql).toThrow();
    }
  });
});

describe('variables', () => {
  it('are quoted or encoded', () => {
    expect(expand(`a IN (\${who:singlequote})`, around)).toBe("a IN ('o\\'brien','ann')");
    expect(expand(`decodeURLComponent('\${id:percentencode}')`, around)).toBe(
      "decodeURLComponent('a%5C%27%20%28%2A%29')",
    );
  });

  it('drop a condition while all are chosen', () => {
    expect(
      expand(
        `$__conditionalAll(a IN (\${every:singlequote}), $every) AND $__conditionalAll(f(b, 1), $who)`,
        around,
      ),
    ).toBe('1=1 AND f(b, 1)');
  });

  it('are refused bare, unknown or in a format that says nothing', () => {
    for (const sql of ["'$who'", `\${who}`, `\${nobody:singlequote}`, `\${who:csv}`, '[[who]]']) {
      expect(() => expand(sql, around), sql).toThrow(/variable/);
    }
  });
});
