import { describe, expect, it } from 'vitest';
import type { DetectorSwitch } from '../domain/record.ts';
import { createSwitchboard, latestSwitches } from './switchboard.ts';

const at = (seq: number, detector: string, on: boolean): DetectorSwitch => ({
  kind: 'detector',
  seq,
  detector,
  on,
  atMs: seq,
  reason: `at ${seq}`,
  by: 'watchdog',
});

describe('the switches of a log', () => {
  it('hold by their last one, in whatever order they are read', () => {
    const log = [
      at(50, 'a', true),
      at(121, 'a', false),
      at(7, 'b', false),
      at(500, 'b', true),
      at(9, 'c', false),
    ];
    for (const read of [log, log.toReversed()]) {
      const latest = [...latestSwitches(read).values()].map(({ detector, seq }) => `${detector}@${seq}`);
      expect(latest.sort()).toEqual(['a@121', 'b@500', 'c@9']);
    }
  });
});

describe('the switchboard', () => {
  const nowMs = Date.UTC(2026, 10, 21);
  const turn = { detector: 'a', on: true, reason: 'fixed', by: 'key-1' };

  it('knows the last switch, and nothing of what was never switched', () => {
    const board = createSwitchboard({ switches: [at(3, 'a', false)], clock: () => nowMs });
    expect(board.state('a')).toEqual(at(3, 'a', false));
    expect(board.state('b')).toBeUndefined();
  });

  it('changes what it says when the log has it, and waits for the log to open', async () => {
    const board = createSwitchboard({ switches: [at(3, 'a', false)], clock: () => nowMs });
    const turning = board.turn(turn);
    expect(board.state('a')?.on).toBe(false);
    const taken: unknown[] = [];
    board.open(async (record) => void taken.push(record));
    await turning;
    expect(taken).toEqual([{ kind: 'detector', ...turn, atMs: nowMs }]);
    expect(board.state('a')).toMatchObject({ on: true, atMs: nowMs, reason: 'fixed', by: 'key-1' });
  });

  it('says what was before when the log refuses', async () => {
    const board = createSwitchboard({ switches: [at(3, 'a', false)], clock: () => nowMs });
    board.open(async () => {
      throw new Error('full');
    });
    await expect(board.turn(turn)).rejects.toThrow('full');
    expect(board.state('a')?.on).toBe(false);
  });
});
