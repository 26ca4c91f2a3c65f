import { expect, it } from 'vitest';
import type { ChainDetail, Hop } from '../chart/detail.ts';
import { actForms } from './act-forms.ts';
import { comparisons, evidencePanel } from './evidence.ts';
import { scopeDifference, scopePanel } from './scope-difference.ts';
import { inOrder, MOMENTS_MAX, momentsOfChain, story } from './story.ts';
import { strip } from './strip.ts';

function hop(key: string, over: Partial<Hop> = {}): Hop {
  return {
    ...{ key, kind: 'token', depth: 0, label: key, addedScope: [], audience: [], useCount: 0 },
    ...{ alternatives: [], late: false, ...over },
  };
}

it('tells what was added, what was not passed on and what both may', () => {
  const parent = hop('a', { scope: ['crm:read', 'tickets:read'] });
  const child = hop('b', { scope: ['crm:read', 'crm:write'], addedScope: ['crm:write'] });
  expect(scopeDifference(child, parent)).toEqual({
    ...{ added: ['crm:write'], removed: ['tickets:read'], kept: ['crm:read'] },
  });
  expect(String(scopePanel(child, parent))).toContain('added: no parent held it');
});

it('takes an unknown scope neither for nothing nor for everything', () => {
  expect(scopeDifference(hop('b', { scope: ['x'] }), undefined)).toBeUndefined();
  expect(String(scopePanel(hop('b', { scope: ['x'] }), hop('a')))).toContain(
    'Nobody has said what its parent may do',
  );
  expect(String(scopePanel(hop('b'), hop('a', { scope: ['x'] })))).toContain('not the same as everything');
  expect(scopePanel(undefined, undefined)).toBeUndefined();
});

it('marks where it broke and leaves out the middle of a long way', () => {
  const path = Array.from({ length: 12 }, (_, index) => hop(`h${index}`));
  const shown = String(strip({ path, broken: path[11], target: '<crm>', outcome: 'accepted' }));
  expect(shown.match(/<li/g)).toHaveLength(9);
  expect(shown).toContain('5 more hops');
  expect(shown).toMatch(/class="broken".*h11.*broke here/s);
  expect(shown).toContain('&lt;crm&gt;');
});

it('puts what was observed beside what bounds it', () => {
  expect(comparisons({ observed: 61, ceiling: 20, other: 'x' })).toEqual([
    {
      ...{ name: 'observed', observed: 61, bound: 20, word: 'allowed' },
      difference: '+41, 3.0 times as much',
    },
  ]);
  const late = { usedAt: '2026-01-01T00:10:00.000Z', expiredAt: '2026-01-01T00:00:00.000Z' };
  expect(comparisons(late)[0]?.difference).toBe('10 min after');
  expect(comparisons({ observed: 'many', ceiling: 20 })).toEqual([]);
});

it('shows any shape of evidence, escaped', () => {
  const shown = String(
    evidencePanel({ fact: { '<k>': ['<v>', { deep: null }], isOn: true, none: [] }, bare: '<b>' }),
  );
  expect(shown).not.toMatch(/<[kvb]>/);
  expect(shown).toContain('&lt;v&gt;');
  expect(shown).toContain('<dt>is on</dt><dd>yes</dd>');
  expect(String(evidencePanel({}))).toContain('no evidence');
});

it('tells the life of the broken credential and all that was done below it, and nothing else', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const action = (id: string, hopKey: string, eventIds: string[] = []) => ({
    ...{ id, hopKey, kind: 'tool', at, action: id, effect: 'write', outcome: 'accepted', eventIds },
  });
  const detail = {
    hops: [
      hop('root'),
      hop('broken', { parentKey: 'root', issuedAt: at, expiresAt: null }),
      hop('below', { parentKey: 'broken' }),
    ],
    actions: {
      items: [action('above', 'root'), action('cited', 'root', ['e1']), action('under', 'below')],
    },
  } as unknown as ChainDetail;
  const told = momentsOfChain(detail, 'broken', ['e1']).map(({ what }) => String(what));
  expect(told).toHaveLength(3);
  expect(told[0]).toContain('was given broken');
  expect(told.join()).toContain('cited');
  expect(told.join()).toContain('under');
  expect(told.join()).not.toContain('above');
});

it('is one list, oldest first, each thing once, the newest of too many', () => {
  const moment = (at: string, what: string) => ({ at, kind: 'event' as const, what });
  const two = [moment('2026-01-02', 'b'), moment('2026-01-01', 'a'), moment('2026-01-02', 'b')];
  expect(inOrder(two).map(({ what }) => what)).toEqual(['a', 'b']);
  const many = Array.from({ length: MOMENTS_MAX + 1 }, (_, index) =>
    moment(new Date(index).toISOString(), `${index}`),
  );
  expect(inOrder(many)).toHaveLength(MOMENTS_MAX);
  expect(inOrder(many)[0]?.what).toBe('1');
  const ahead = story([moment('2026-01-01T00:00:01.000Z', 'x')], Date.parse('2026-01-01T00:00:00.000Z'));
  expect(String(ahead)).toContain('<span class="kind">ahead</span>');
});

it('offers only what there is to do', () => {
  const common = { action: '/alerts/a', me: 'olga', assignee: 'olga' };
  const closed = String(actForms({ ...common, isOpen: false, isStanding: false, isClosed: true }));
  expect(closed).toContain('Open again');
  expect(closed).not.toMatch(/Acknowledge|Close because|Assign/);
  const open = String(actForms({ ...common, isOpen: true, isStanding: true, isClosed: false }));
  expect(open).toContain('Acknowledge');
  expect(open).not.toMatch(/Open again|Assign to me/);
});
