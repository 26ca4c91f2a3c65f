import type { DecisionView, Details } from '../../src/domain/chain.ts';
import type { Json } from '../../src/domain/finding.ts';
import { numberOf } from '../deed.ts';

interface Excess {
  readonly member: string;
  readonly decided: Json;
  readonly done: Json;
}

/** The first fact of an action beyond the properties of the decision. What either does not say is not compared. */
export function beyond({ action, resource }: DecisionView, done: Details): Excess | undefined {
  const decided = { ...resource.properties, ...action.properties };
  for (const member of ['amount', 'rows', 'bytes'] as const) {
    const [most, much] = [numberOf(decided[member]), numberOf(done[member])];
    if (most !== undefined && much !== undefined && Math.abs(much) > Math.abs(most)) {
      return { member, decided: most, done: much };
    }
  }
  for (const member of ['currency', 'environment', 'repository', 'record'] as const) {
    const [one, other] = [decided[member], done[member]];
    if (typeof one === 'string' && other !== undefined && one !== other) {
      return { member, decided: one, done: other };
    }
  }
  const { fields } = decided;
  const more = Array.isArray(fields) ? (done.fields ?? []).filter((field) => !fields.includes(field)) : [];
  if (more.length === 0) return undefined;
  return { member: 'fields', decided: fields ?? null, done: more.slice(0, 10) };
}
