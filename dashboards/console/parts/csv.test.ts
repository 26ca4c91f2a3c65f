import { expect, it } from 'vitest';
import { csvOf } from './csv.ts';

it('quotes every cell, and doubles quotes', () => {
  expect(
    csvOf(
      ['a', 'b'],
      [
        ['1', 'say "so",\r\nthen'],
        ['', 'ü'],
      ],
    ),
  ).toBe('"a","b"\r\n"1","say ""so"",\r\nthen"\r\n"","ü"\r\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n', ' =1', `"=1`, `'=1`, '＝1', '＠x'])(
  'makes a text of what a spreadsheet would run: %j',
  (cell) => {
    expect(csvOf([], [[cell]]).split('\r\n"')[1]).toMatch(/^'/);
  },
);

it.each(['a=1', 'user@host', 'crm-1', '2026-11-21', '1+1'])('leaves alone what is none: %j', (cell) => {
  expect(csvOf(['x'], [[cell]])).toBe(`"x"\r\n"${cell}"\r\n`);
});
