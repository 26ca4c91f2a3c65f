import type { EventFamily } from '../domain/coverage.ts';
import { familyOf } from '../domain/coverage.ts';
import { EventData, type EventType } from '../domain/event/index.ts';

/** Members of `data` by event type, as the contract has them. */
const members: ReadonlyMap<EventType, ReadonlySet<string>> = new Map(
  EventData.options.map((schema) => [schema.shape.type.value, new Set(Object.keys(schema.shape))]),
);

/** Members that every type has: it is enough that one of them is told with them. */
const common: ReadonlySet<string> = new Set(
  [...(members.get('token.issued') ?? [])].filter((member) =>
    [...members.values()].every((known) => known.has(member)),
  ),
);

/** Whether an event of this type may bear it; `target.system` is a member of `target`. */
export function mayBear(type: EventType, field: string): boolean {
  return members.get(type)?.has(topOf(field)) ?? false;
}

/** In which families a field has to be there by itself; undefined stands for any of them. */
export function familyAsked(type: EventType, field: string): EventFamily | undefined {
  return common.has(topOf(field)) ? undefined : familyOf(type);
}

function topOf(field: string): string {
  return field.split('.')[0] ?? field;
}
