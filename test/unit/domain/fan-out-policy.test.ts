import { expect, it } from 'vitest';
import { DISTINCT_MAX } from '../../../src/domain/limits.ts';
import { Policy } from '../../../src/domain/policy.ts';

const counted = ['targetsPerChain', 'toolsPerChain', 'targetsPerPrincipalHour', 'toolsPerPrincipalHour'];

it.each(counted)('refuses a ceiling for %s that no count can pass', (name) => {
  const under = (ceiling: number) => Policy.safeParse({ fanOut: { [name]: ceiling } }).success;
  expect([under(DISTINCT_MAX - 1), under(DISTINCT_MAX)]).toEqual([true, false]);
});
