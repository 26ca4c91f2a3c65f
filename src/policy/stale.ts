import type { Policy } from '../domain/policy.ts';
import type { Unplaced } from './say.ts';

/** What was meant for a time that is over. It still counts for events of that time, so it is no error. */
export function whatIsOver(policy: Policy, nowMs: number): readonly Unplaced[] {
  const expired = policy.exceptions.flatMap(({ id, expires }, index): readonly Unplaced[] =>
    Date.parse(expires) > nowMs
      ? []
      : [{ path: ['exceptions', index, 'expires'], of: 'value', message: `exception ${id} has expired` }],
  );
  const over = policy.changeFreezes.flatMap(({ during }, index): readonly Unplaced[] =>
    Date.parse(during.to) > nowMs
      ? []
      : [{ path: ['changeFreezes', index, 'during'], of: 'value', message: 'this change freeze is over' }],
  );
  return [...expired, ...over];
}
