import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/ingest/adapters/time.ts';

describe('times as AWS and log shippers write them', () => {
  it.each([
    ['Oct 2, 2019 11:12:29 PM', '2019-10-02T23:12:29.000Z'],
    ['Jul 30, 2024, 9:46:15 PM', '2024-07-30T21:46:15.000Z'],
    ['Jul 30, 2024, 9:46:15\u202fPM', '2024-07-30T21:46:15.000Z'],
    ['Jan 1, 2025, 12:00:00 AM', '2025-01-01T00:00:00.000Z'],
    ['Jan 1, 2025, 12:00:00 PM', '2025-01-01T12:00:00.000Z'],
    ['2024-07-30T21:31:15Z', '2024-07-30T21:31:15.000Z'],
    ['2024-07-30T23:31:15.25+02:00', '2024-07-30T21:31:15.250Z'],
    ['2024-07-30T19:01:15-0230', '2024-07-30T21:31:15.000Z'],
    ['2024-07-30 21:31:15.000 UTC', '2024-07-30T21:31:15.000Z'],
    ['2024-07-30T21:31:15', '2024-07-30T21:31:15.000Z'],
    [1722375075, '2024-07-30T21:31:15.000Z'],
    [1722375075123, '2024-07-30T21:31:15.123Z'],
    ['1722375075', '2024-07-30T21:31:15.000Z'],
  ])('%s', (text, iso) => {
    expect(new Date(parseTime(text) ?? Number.NaN).toISOString()).toBe(iso);
  });

  it.each([
    ['a word', 'tomorrow'],
    ['31 February', 'Feb 31, 2024, 9:46:15 PM'],
    ['hour 13 of a half day', 'Jul 30, 2024, 13:46:15 PM'],
    ['a month nobody knows', 'Jux 30, 2024, 9:46:15 PM'],
    ['hour 24', '2024-07-30T24:00:00Z'],
    ['a number before 1970', -1],
    ['a year after all events', '2100-01-01T00:00:00Z'],
    ['not a number', Number.NaN],
    ['an object', { seconds: 1 }],
    ['nothing', undefined],
  ])('is undefined for %s', (_, value) => {
    expect(parseTime(value)).toBeUndefined();
  });

  it('reads back every ISO time, in whatever zone the machine is', () => {
    const times = fc.date({ min: new Date(0), max: new Date(Date.UTC(2099, 0)), noInvalidDate: true });
    fc.assert(
      fc.property(times, (date) => {
        expect(parseTime(date.toISOString())).toBe(date.getTime());
      }),
    );
  });
});
