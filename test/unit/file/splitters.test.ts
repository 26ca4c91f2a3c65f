import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/ingest/file/lines.ts';
import { splitterFor } from '../../../src/ingest/file/shape.ts';
import { createValueSplitter } from '../../../src/ingest/file/values.ts';
import { cutUp } from './support.ts';

const valuesOf = (text: string, size?: number) =>
  cutUp(createValueSplitter(1_000), text, size).map((piece) => JSON.parse(piece.text) as unknown);

describe('lines', () => {
  it('are numbered, the last one without an end included', () => {
    expect(cutUp(createLineSplitter(100), 'a\n\nbé\nc')).toMatchObject([
      { text: 'a', line: 1 },
      { text: '', line: 2 },
      { text: 'bé', line: 3 },
      { text: 'c', line: 4 },
    ]);
  });

  it('longer than allowed are cut, marked and followed by the next', () => {
    const pieces = cutUp(createLineSplitter(100), `${'x'.repeat(101)}\n${'y'.repeat(100)}\n`);
    expect(pieces.map(({ tooLarge, line, text }) => [tooLarge, line, text.length])).toEqual([
      [true, 1, 101],
      [false, 2, 100],
    ]);
  });

  it('of any length need no more memory than the beginning that is kept', () => {
    const splitter = createLineSplitter(100);
    for (let i = 0; i < 1_000; i += 1) splitter.push(Buffer.alloc(10_000, 'x'));
    expect(splitter.end()[0]).toMatchObject({
      tooLarge: true,
      bytes: { length: expect.toSatisfy((n) => n <= 8_192) },
    });
  });
});

describe('values', () => {
  const one = { a: [1, { b: '"]}\\' }], c: null };
  it.each<[string, string, unknown[]]>([
    ['a pretty-printed object', JSON.stringify(one, null, 2), [one]],
    [
      'several of them',
      `${JSON.stringify(one, null, 2)}\n${JSON.stringify({ d: 1 }, null, 2)}`,
      [one, { d: 1 }],
    ],
    ['a list', JSON.stringify([one, { d: 1 }], null, 1), [one, { d: 1 }]],
    ['a list of plain values', '[1, "x,]", true,null ,-2.5e3]', [1, 'x,]', true, null, -2500]],
    ['a Records file', JSON.stringify({ Records: [one, { d: 1 }] }), [one, { d: 1 }]],
    [
      'many of them',
      '{"Records":[{"a":1}]}{"Records":[{"b":2}]}\n{"Records":[{"c":3}]}',
      [{ a: 1 }, { b: 2 }, { c: 3 }],
    ],
    [
      'an empty one between others',
      '{"Records":[{"a":1}]}{"Records":[]}{"Records":[{"c":3}]}',
      [{ a: 1 }, { c: 3 }],
    ],
    [
      'members before and behind the list',
      '{"NextToken":"]","n":{"x":[1]},"Events":[{"a":1}],"z":{"y":["}"]}} {"b":2}',
      [{ a: 1 }, { b: 2 }],
    ],
    ['a list of another name', '{"Other":[{"a":1}]}', [{ Other: [{ a: 1 }] }]],
    ['a list of that name further down', '{"x":{"Records":[{"a":1}]}}', [{ x: { Records: [{ a: 1 }] } }]],
  ])('%s', (_, text, expected) => {
    for (const size of [1, 3, 1_000]) expect(valuesOf(text, size)).toEqual(expected);
  });

  it('come out of any layout of a list as they went in', () => {
    const lists = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 8 });
    fc.assert(
      fc.property(
        lists,
        fc.nat(3),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (list, indent, size, wrapped) => {
          const text = JSON.stringify(wrapped ? { Records: list } : list, null, indent);
          const pieces = cutUp(createValueSplitter(1_000_000), text, size);
          expect(pieces.map((piece) => JSON.parse(piece.text))).toEqual(JSON.parse(JSON.stringify(list)));
        },
      ),
    );
  });

  it('never lose bytes that are not blank, whatever the text', () => {
    const texts = fc.string({
      unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', '\n', ' ', 'a', '1'),
    });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const whole = cutUp(createValueSplitter(1_000), text, 1_000);
        expect(cutUp(createValueSplitter(1_000), text, size)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('start on the line that is said', () => {
    const pieces = cutUp(createValueSplitter(1_000), '{\n "Records": [\n  {"a":\n1},\n\n  2\n,3]}\n{"b":2}');
    expect(pieces.map(({ line }) => line)).toEqual([3, 6, 7, 8]);
  });

  it('that were cut off cost themselves and not the next', () => {
    const texts = cutUp(createValueSplitter(1_000), '{"a":{"b":1\n{"c":2}\n{"d":"no end\n{"e":3}').map(
      (piece) => piece.text.trim(),
    );
    expect(texts).toEqual(['{"a":{"b":1', '{"c":2}', '{"d":"no end', '{"e":3}']);
  });

  it('longer than allowed are marked and followed by the next', () => {
    const long = JSON.stringify({ a: 'x'.repeat(200) });
    const pieces = cutUp(createValueSplitter(100), `[${long},{"b":1}]`);
    expect(pieces.map(({ tooLarge }) => tooLarge)).toEqual([true, false]);
  });
});

describe('the layout of a file', () => {
  const record = { a: 1, b: { c: 2 } };
  const lines = `${JSON.stringify(record)}\n${JSON.stringify(record)}\n`;
  it.each<[string, string, number]>([
    ['a record a line', lines, 2],
    ['a broken first line', `{"a":\n${lines}`, 3],
    ['a first line that is no JSON at all', `# export\n${lines}`, 3],
    ['a broken second line', `{"a":1}\n{"b":\n${lines}`, 4],
    ['one line without an end', JSON.stringify(record), 1],
    ['a pretty-printed object', JSON.stringify(record, null, 2), 1],
    ['a Records file on one line', JSON.stringify({ Records: [record, record] }), 2],
    ['a pretty-printed Records file', JSON.stringify({ Records: [record, record] }, null, 4), 2],
    ['a list', `\n [\n${JSON.stringify(record)},\n${JSON.stringify(record)}]`, 2],
    ['nothing', '', 0],
  ])('%s', (_, text, count) => {
    const splitter = splitterFor(Buffer.from(text), true, 1_000);
    expect(cutUp(splitter, text).filter((piece) => piece.text.trim() !== '')).toHaveLength(count);
  });
});
