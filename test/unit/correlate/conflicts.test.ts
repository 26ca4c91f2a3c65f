import { describe, expect, it } from 'vitest';
import { Conflicts } from '../../../src/correlate/conflicts.ts';
import {
  CONFLICTS_PER_SOURCE_MAX,
  EVIDENCE_EVENTS_MAX,
  SOURCES_WITH_CONFLICTS_MAX,
} from '../../../src/domain/limits.ts';
import { admitted, START_MS } from '../engine/worlds.ts';

const event = (id: string, afterMs = 0, source = '//crm') =>
  admitted(
    { v: 1, type: 'token.revoked', family: 'f', reason: 'policy' },
    { id, atMs: START_MS + afterMs, source },
  );

describe('events with two contents', () => {
  it('are known by id, at the time of the content in force', () => {
    const conflicts = new Conflicts();
    const source = conflicts.note(event('b', 5));
    expect(conflicts.note(event('a', 1))).toBe(source);
    expect(conflicts.note(event('b', 5))).toBeUndefined();
    expect(conflicts.note(event('b', 3))).toBe(source);
    expect(source).toMatchObject({ source: '//crm', count: 2, lastMs: START_MS + 3 });
    expect(source?.conflicts).toEqual([
      { id: 'a', atMs: START_MS + 1 },
      { id: 'b', atMs: START_MS + 3 },
    ]);
  });

  it('are bounded, and what is kept does not depend on which came first', () => {
    const ids = Array.from({ length: CONFLICTS_PER_SOURCE_MAX + 50 }, (_, i) => `e${i}`);
    const views = [ids, ids.toReversed()].map((order) => {
      const conflicts = new Conflicts();
      order.forEach((id) => {
        conflicts.note(event(id, Number(id.slice(1))));
      });
      const source = conflicts.get('//crm');
      return { count: source?.count, lastMs: source?.lastMs, conflicts: source?.conflicts };
    });
    expect(views[1]).toEqual(views[0]);
    expect(views[0]?.count).toBe(CONFLICTS_PER_SOURCE_MAX);
    expect(views[0]?.conflicts?.map(({ id }) => id)).toEqual(ids.toSorted().slice(0, EVIDENCE_EVENTS_MAX));
  });

  it('are no news past the bound', () => {
    const conflicts = new Conflicts();
    for (let i = 0; i < CONFLICTS_PER_SOURCE_MAX; i += 1) conflicts.note(event(`e${1_000 + i}`));
    expect(conflicts.note(event('z'))).toBeUndefined();
    expect(conflicts.note(event('a'))).toBeDefined();
  });

  it('are remembered of so many sources only', () => {
    const conflicts = new Conflicts();
    for (let i = 0; i < SOURCES_WITH_CONFLICTS_MAX; i += 1) conflicts.note(event('e', 0, `//s${i}`));
    expect(conflicts.note(event('e', 0, '//more'))).toBeUndefined();
    expect([...conflicts.values()]).toHaveLength(SOURCES_WITH_CONFLICTS_MAX);
  });
});
