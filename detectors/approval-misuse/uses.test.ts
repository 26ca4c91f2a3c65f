import { describe, expect, it } from 'vitest';
import type { ActionView } from '../../src/domain/chain.ts';
import { mail, misuse } from '../../test/support/misuse.ts';
import { action, minuteMs, startMs } from '../../test/support/views.ts';

const at = (minutes: number) => startMs + minutes * minuteMs;
const required = { approvals: { required: [{ actions: ['tool:*'] }] } };
const facts = (found: ReturnType<typeof misuse>) => found.map(({ fact }) => fact);

describe('an approval that is used up', () => {
  const twice = [{ atMs: at(10) }, { atMs: at(11) }];

  it.each([
    ['one use', 1, [mail], 1, 0],
    ['one use, used twice', 1, [mail], 2, 1],
    ['two uses', 2, [mail], 2, 0],
    ['nobody says how often', undefined, [mail], 5, 0],
    ['three deeds, each once', 1, [mail, { action: 'a' }, { action: 'b' }], 1, 0],
    ['three deeds, one of them twice', 3, [mail, { action: 'a' }, { action: 'b' }], 2, 1],
    ['two deeds, and one use to spare', 3, [mail, { action: 'a' }], 2, 0],
  ])('%s', (_, maxUses, binds, times, count) => {
    const actions = Array.from({ length: times }, (__, index) => ({ atMs: at(10 + index) }));
    expect(facts(misuse(actions, { grants: [{ maxUses, binds }] }))).toEqual(
      count === 0 ? [] : ['approval-reused'],
    );
  });

  it('blames the later one at once, wherever the earlier one was, and in whatever order they stand', () => {
    const found = misuse([{ atMs: at(11) }, { atMs: at(10) }], { grants: [{ maxUses: 1 }] });
    expect(found).toMatchObject([{ shownBy: 'call-0', evidence: { maxUses: 1, earlierUses: 1 } }]);
    expect(found[0]).not.toHaveProperty('settlesAtMs');
    const elsewhere = [action({ id: 'there', atMs: at(9), approvalId: 'a1' })];
    expect(misuse([{}], { grants: [{ maxUses: 1 }], elsewhere })).toHaveLength(1);
    expect(misuse([{ id: 'a' }, { id: 'b' }], { grants: [{ maxUses: 1 }] })).toMatchObject([
      { shownBy: 'b' },
    ]);
  });

  it.each<[string, Partial<ActionView>]>([
    ['a refusal', { outcome: 'denied' }],
    ['a failure', { outcome: 'failed' }],
    ['the platform', { platform: true }],
    [
      'something else that carries the id along',
      { needs: 'tool:look', tool: { name: 'look' }, action: 'look' },
    ],
    [
      'the same deed as the system tells it',
      { kind: 'change', needs: undefined, tool: undefined, action: 'change' },
    ],
    [
      'the same deed as the gateway tells it',
      { kind: 'api', needs: 'mail:send', tool: undefined, action: 'send_mail' },
    ],
  ])('%s is no use', (_, differs) => {
    const elsewhere = [action({ id: 'there', atMs: at(9), approvalId: 'a1', ...differs })];
    expect(misuse([{}], { grants: [{ maxUses: 1 }], elsewhere })).toEqual([]);
  });

  it('counts all its deeds together', () => {
    const binds = [mail, { action: 'other' }];
    const other = { action: 'other', needs: 'tool:other', tool: { name: 'other' } };
    const actions = [{}, other, other].map((one, index) => ({ ...one, atMs: at(5 + index) }));
    expect(misuse(actions, { grants: [{ binds, maxUses: 3 }] })).toEqual([]);
    expect(misuse([...actions, { atMs: at(9) }], { grants: [{ binds, maxUses: 3 }] })).toMatchObject([
      { shownBy: 'call-3', evidence: { maxUses: 3, earlierUses: 3 } },
    ]);
  });

  it('takes what a tool and its gateway tell for one use', () => {
    const binds = [{ action: 'send_mail' }];
    const told = { kind: 'api', needs: 'mail:send_mail', tool: undefined, atMs: at(11) } as const;
    expect(misuse([{}, told], { grants: [{ binds, maxUses: 1 }] })).toEqual([]);
  });

  it.each([
    ['its own', ['t1'], 't1', [], 'none'],
    ['another', ['t1'], 't2', [], 'alert'],
    ['nobody says which', ['t1'], undefined, [], 'none'],
    ['its chain’s', ['t1'], undefined, ['t1', 't2'], 'none'],
    ['its chain is another', ['t1'], undefined, ['t2'], 'alert'],
  ])('transaction: %s', (_, txns, txn, chainTxns, kind) => {
    const found = misuse([{ txn }], { approval: { txns }, txns: chainTxns });
    expect(found.map((one) => one.kind)).toEqual(kind === 'none' ? [] : [kind]);
  });

  it('says which transaction it was meant for', () => {
    expect(misuse([{ txn: 't2' }], { approval: { txns: ['t1'] } })).toMatchObject([
      { fact: 'approval-reused', evidence: { transaction: 't2', approvedTransaction: 't1' } },
    ]);
  });

  it.each([
    ['a standing consent, perhaps', [mail], undefined, 'signal'],
    ['one set of arguments', [{ ...mail, argsHash: 'sha256:a' }], undefined, 'alert'],
    ['one record', [{ ...mail, facts: { record: 'R1' } }], undefined, 'alert'],
    ['as often as is said', [mail], 2, 'none'],
  ])('a second transaction under an approval that names none: %s', (_, binds, maxUses, kind) => {
    const elsewhere = [action({ id: 'there', atMs: at(9), approvalId: 'a1', txn: 't1' })];
    const found = misuse([{ txn: 't2' }], { grants: [{ binds, maxUses }], elsewhere });
    expect(found.map((one) => one.kind)).toEqual(kind === 'none' ? [] : [kind]);
  });

  it.each([
    ['no more than was agreed to', [20, 20], undefined, 0],
    ['more than was agreed to', [30, 20], undefined, 1],
    ['parts of which rounding makes more', [39.9, 0.1], undefined, 0],
    ['as often as is said', [40, 40], 2, 0],
  ])('taken together: %s', (_, amounts, maxUses, count) => {
    const binds = [{ ...mail, facts: { amount: 40 } }];
    const actions = amounts.map((amount, index) => ({ atMs: at(10 + index), details: { amount } }));
    const found = misuse(actions, { grants: [{ binds, maxUses }] });
    expect(found).toHaveLength(count);
    if (count > 0) expect(found).toMatchObject([{ evidence: { usedAmount: 50, approvedAmount: 40 } }]);
  });

  it('counts uses that do not name it where policy requires it, and waits for an approval of the second', () => {
    const found = misuse(twice, { grants: [{ maxUses: 1 }], rules: required, isNamed: false });
    expect(found).toMatchObject([
      { fact: 'approval-reused', shownBy: 'call-1', settlesAtMs: at(21), evidence: { claimed: false } },
    ]);
  });
});
