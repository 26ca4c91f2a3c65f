import { describe, expect, it } from 'vitest';
import { govern } from '../../../src/domain/govern.ts';
import { Policy } from '../../../src/domain/policy.ts';
import { findingOf, startMs } from '../alert/findings.ts';

const exception = {
  ...{ id: 'migration', detector: 'scope-creep', owner: 'team:ops', reason: 'a migration', ticket: 'T-7' },
  expires: new Date(startMs + 1).toISOString(),
};
const under = (scope: object, over: object = {}) =>
  Policy.parse({ exceptions: [{ ...exception, scope, ...over }] });

describe('an exception', () => {
  it.each([
    [{ fact: 'hop-drift' }],
    [{ subject: 't1' }],
    [{ subject: 'tok:*' }],
    [{ actor: 'agent-*', environment: 'production' }],
    [{ initiator: 'ada', target: 'ma*', txn: 'txn-1' }],
  ])('for %j makes a signal of it that names the exception', (scope) => {
    expect(govern(findingOf(), 'live', under(scope))).toMatchObject({
      kind: 'signal',
      exception: 'migration',
    });
  });

  it.each([
    [{ fact: 'root-drift' }],
    [{ subject: 't2' }],
    [{ actor: 'agent-*', environment: 'staging' }],
    [{ target: 'crm' }],
  ])('for %j says nothing of it', (scope) => {
    const governed = govern(findingOf(), 'live', under(scope));
    expect(governed.kind).toBe('alert');
    expect(governed).not.toHaveProperty('exception');
  });

  it('says nothing of another detector', () => {
    const policy = under({ fact: 'hop-drift' }, { detector: 'orphaned-chain' });
    expect(govern(findingOf(), 'live', policy).kind).toBe('alert');
  });

  it('ends at its expiry, in event time', () => {
    const at = (atMs: number) => govern(findingOf({ atMs }), 'live', under({ subject: 't1' })).kind;
    expect([at(startMs), at(startMs + 1)]).toEqual(['signal', 'alert']);
  });

  it('does not fit what nobody said', () => {
    const policy = under({ environment: '*' });
    expect(govern(findingOf({ environment: undefined }), 'live', policy).kind).toBe('alert');
  });
});

it('pages nobody for a detector in shadow', () => {
  expect(govern(findingOf(), 'shadow', Policy.parse({}))).toMatchObject({ kind: 'signal', mode: 'shadow' });
  expect(govern(findingOf(), 'live', Policy.parse({}))).toMatchObject({ kind: 'alert', mode: 'live' });
});
