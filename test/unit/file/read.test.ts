import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FILE_RECORD_BYTES_MAX } from '../../../src/domain/limits.ts';
import { type Progress, readRecords } from '../../../src/ingest/file/index.ts';
import { assumeRole, record, secrets } from '../adapters/fixtures/records.ts';
import { eventsOf, fileOf, recordsOf } from './support.ts';

const cloudEvent = (id: string) => ({
  specversion: '1.0',
  id,
  source: '//issuer.example',
  type: 'com.example.token.revoked.v1',
  time: '2026-03-03T10:00:00Z',
  data: { v: 1, type: 'token.revoked', family: 'f' },
});
const ndjson = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const idsOf = (records: readonly { raw: unknown }[]) =>
  records.map(({ raw }) => ((typeof raw === 'string' ? JSON.parse(raw) : raw) as { id: string }).id);

describe('a file', () => {
  it('is unpacked by what it begins with, not by its name', async () => {
    const text = ndjson([{ a: 1 }, { a: 2 }]);
    const plain = await recordsOf(await fileOf(text, 'plain.gz'));
    const packed = await recordsOf(await fileOf(gzipSync(text), 'packed.json'));
    expect(plain).toEqual(packed);
    expect(plain.records).toEqual([
      { text: '{"a":1}', line: 1 },
      { text: '{"a":2}', line: 2 },
    ]);
  });

  it('may be several gzip files in one, with padding', async () => {
    const parts = [gzipSync('{"a":1}\n'), gzipSync('{"a":2}\n'), Buffer.alloc(512)];
    expect((await recordsOf(await fileOf(Buffer.concat(parts)))).records).toHaveLength(2);
  });

  it('that was cut off is read up to the cut, then reported once', async () => {
    const values = Array.from({ length: 5_000 }, (_, i) => ({ i, noise: Math.sin(i).toString(36) }));
    const packed = gzipSync(ndjson(values));
    const { records, error } = await recordsOf(await fileOf(packed.subarray(0, packed.length >> 1)));
    expect(error).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringContaining('too early') });
    expect(records.length).toBeGreaterThan(1_000);
    for (const [i, { text }] of records.entries()) expect(JSON.parse(text)).toMatchObject({ i });
  });

  it('may begin with a byte order mark, end lines as Windows does and have blank ones', async () => {
    const { records } = await recordsOf(await fileOf('\ufeff{"a":1}\r\n\r\n{"a":2}\r\n'));
    expect(records.map(({ text, line }) => [text, line])).toEqual([
      ['{"a":1}', 1],
      ['{"a":2}', 3],
    ]);
  });

  it.each([
    ['that does not exist', async () => `${await fileOf('')}.missing`, 'no such file'],
    ['that is a directory', () => mkdtemp(`${tmpdir()}/chainwarden-`), 'a directory'],
  ])('%s is an error in one sentence', async (_, path, reason) => {
    const { error } = await eventsOf([await path()]);
    expect(error).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringContaining(reason) });
  });

  it('tells how far it has been read', async () => {
    const text = ndjson(Array.from({ length: 2_500 }, (_, i) => ({ i })));
    const path = await fileOf(text);
    const seen: Progress[] = [];
    for await (const { progress } of readRecords(path)) seen.push(progress);
    expect(seen.map(({ records, done }) => [records, done])).toEqual([
      [1_000, false],
      [2_000, false],
      [2_500, true],
    ]);
    expect(seen.at(-1)).toMatchObject({ path, bytes: text.length, totalBytes: text.length });
  });
});

describe('events', () => {
  it('are handed on as text, without being parsed here', async () => {
    const { records } = await eventsOf([await fileOf(ndjson([cloudEvent('1')]))]);
    expect(records).toMatchObject([
      { raw: JSON.stringify(cloudEvent('1')), adapter: 'cloudevents', position: { offset: 1 } },
    ]);
  });

  it.each([
    ['a record a line', ndjson([cloudEvent('1'), assumeRole()])],
    ['a list', JSON.stringify([cloudEvent('1'), assumeRole()], null, 2)],
    ['lists on lines', `${ndjson([[cloudEvent('1')]])}${ndjson([{ Records: [assumeRole()] }])}`],
    [
      'a list in an object behind a record',
      `${ndjson([cloudEvent('1')])}${ndjson([{ Records: [assumeRole()] }])}`,
    ],
  ])('of both formats come out of %s', async (_, text) => {
    const { records, refused } = await eventsOf([await fileOf(text)]);
    expect(refused).toEqual([]);
    expect(records.map(({ adapter }) => adapter)).toEqual(['cloudevents', 'cloudtrail', 'cloudtrail']);
  });

  it('of a foreign format are refused one by one, with line and reason, and without their secrets', async () => {
    const stranger = { hello: 'world', sessionToken: secrets[1] };
    const lines = [
      JSON.stringify(cloudEvent('1')),
      'garbage',
      JSON.stringify(stranger),
      JSON.stringify(record()),
    ];
    const path = await fileOf(
      `${lines.join('\n')}\n${'x'.repeat(FILE_RECORD_BYTES_MAX + 1)}\n{"specversion":"1.0"}`,
    );
    const { records, refused, error } = await eventsOf([path]);
    expect(error).toBeUndefined();
    expect(records.map(({ position }) => position.offset)).toEqual([1, 4, 6]);
    expect(refused.map(({ code, position }) => [code, position.source, position.offset])).toEqual([
      ['EVENT_NOT_JSON', path, 2],
      ['EVENT_FORMAT_UNKNOWN', path, 3],
      ['EVENT_TOO_LARGE', path, 5],
    ]);
    expect(JSON.stringify(refused)).not.toContain(secrets[1]);
    for (const { raw } of refused) expect(raw.length).toBeLessThanOrEqual(8_192);
  });

  it('are read in the format that is asked for, and in no other', async () => {
    const path = await fileOf(ndjson([cloudEvent('1'), record()]));
    const trail = await eventsOf([path], { format: 'cloudtrail' });
    expect(trail.records.map(({ adapter }) => adapter)).toEqual(['cloudtrail']);
    expect(trail.refused).toMatchObject([{ code: 'EVENT_FORMAT_UNKNOWN', position: { offset: 1 } }]);
    const own = await eventsOf([path], { format: 'cloudevents' });
    expect(own.records.map(({ adapter }) => adapter)).toEqual(['cloudevents']);
    expect((await eventsOf([path], { format: 'xml' })).error).toMatchObject({ code: 'USAGE' });
  });

  it('that are not UTF-8 are refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"specversion":"1.0","id":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}\n'),
    ]);
    expect((await eventsOf([await fileOf(bytes)])).refused).toMatchObject([{ code: 'EVENT_NOT_JSON' }]);
  });

  it('of several files arrive side by side', async () => {
    const long = await fileOf(ndjson(Array.from({ length: 2_000 }, (_, i) => cloudEvent(`a${i}`))));
    const short = await fileOf(ndjson([cloudEvent('b')]));
    const ids = idsOf((await eventsOf([long, short])).records);
    expect(ids).toHaveLength(2_001);
    expect(ids.indexOf('b')).toBe(1_000);
  });

  it('of the other files are read though one fails, which is said at the end', async () => {
    const packed = gzipSync(ndjson([cloudEvent('lost')]));
    const broken = await fileOf(packed.subarray(0, packed.length - 12));
    const { records, error } = await eventsOf([broken, await fileOf(ndjson([cloudEvent('b')]))]);
    expect(idsOf(records)).toContain('b');
    expect(error).toMatchObject({ code: 'INPUT_UNREADABLE' });
  });

  it('come from the standard input for -, in pieces of any size', async () => {
    const bytes = gzipSync(ndjson([cloudEvent('1'), record()]));
    async function* drip() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    const { records } = await eventsOf(['-'], { stdin: drip() });
    expect(records.map(({ position }) => position)).toEqual([
      { source: '-', partition: 0, offset: 1 },
      { source: '-', partition: 0, offset: 2 },
    ]);
    expect((await eventsOf(['-', '-'])).error).toMatchObject({ code: 'USAGE' });
  });
});
