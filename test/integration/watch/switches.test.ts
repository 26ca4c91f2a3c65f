import { describe, expect, it } from 'vitest';
import type { DetectorSwitch } from '../../../src/domain/record.ts';
import { openTestStore } from '../../support/store.ts';

const at = (seq: number, detector: string, on: boolean): DetectorSwitch => ({
  kind: 'detector',
  seq,
  detector,
  on,
  atMs: Date.UTC(2026, 10, 21) + seq,
  reason: `it's "at" ${seq}`,
  by: 'watchdog',
});

describe('the switches of a stored log', () => {
  it('come back, the last of each detector', async () => {
    const { store } = await openTestStore();
    expect(await store.detectorSwitches()).toEqual([]);
    const switches = [
      at(5, 'a', false),
      at(6, 'b', false),
      at(9, 'a', true),
      at(7, 'c', true),
      at(8, 'c', false),
    ];
    await store.appendControl([...switches, { kind: 'watermark', seq: 10, watermarkMs: 1 }]);
    await store.appendControl(switches.slice(0, 2));
    const found = await store.detectorSwitches();
    expect(found.toSorted((a, b) => a.seq - b.seq)).toEqual([
      at(6, 'b', false),
      at(8, 'c', false),
      at(9, 'a', true),
    ]);
  });
});
