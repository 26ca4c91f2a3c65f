import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActionView, Binding } from '../src/domain/chain.ts';
import { action, strangers } from '../test/support/views.ts';
import { indexBindings } from './approval-index.ts';
import { mismatchOf, namesOf } from './bindings.ts';

const find = (bindings: readonly Binding[], differs: Partial<ActionView>) =>
  indexBindings(bindings.map((binding, entry) => ({ binding, entry }))).of(action(differs));

describe('an index of bindings', () => {
  it.each<[string, Partial<ActionView>, readonly number[]]>([
    ['its place', { target: { system: 'crm', resource: '7' } }, [0, 1, 3]],
    ['its system, for nobody says which resource', { target: { system: 'crm' } }, [0, 1, 2, 3]],
    ['nothing, for nobody says where', { target: undefined }, [0, 1, 2, 3]],
    ['another name', { needs: 'tool:x', action: 'x', tool: { name: 'x' } }, []],
  ])('finds by %s', (_, differs, expected) => {
    const targets = [{}, { target: 'crm/7' }, { target: 'crm/8' }, { target: '7' }];
    expect(
      find(
        targets.map((target) => ({ action: 'send_mail', ...target })),
        differs,
      ),
    ).toEqual(expected);
  });

  it('compares with a bounded number', () => {
    expect(
      find(
        Array.from({ length: 100 }, () => ({ action: 'send_mail' })),
        {},
      ),
    ).toHaveLength(16);
  });

  const name = fc.constantFrom('send_mail', 'tool:send_mail', 'tool:pay');
  const place = fc.option(fc.constantFrom('crm', 'crm/7', '7', 'erp', 'crm/8'), { nil: undefined });
  const binding = fc.record({ action: name, target: place });
  const target = fc.constantFrom(
    undefined,
    { system: 'crm' },
    { system: 'crm', resource: '7' },
    { system: 'erp', resource: '7' },
  );

  it('finds every binding that fits', () => {
    fc.assert(
      fc.property(fc.array(binding, { maxLength: 12 }), target, (drawn, where) => {
        const bindings: Binding[] = drawn.map(({ target: bound, ...one }) =>
          bound === undefined ? one : { ...one, target: bound },
        );
        const seen = action({ target: where });
        const found = find(bindings, { target: where });
        const fitting = bindings.flatMap((one, index) =>
          namesOf(seen).has(one.action) && mismatchOf(one, seen, strangers) === undefined ? [index] : [],
        );
        for (const index of fitting) expect(found).toContain(index);
      }),
    );
  });
});
