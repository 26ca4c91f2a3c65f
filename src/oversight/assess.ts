import {
  type DetectorCoverage,
  type EventFamily,
  type EventMix,
  familyOf,
  type Lacks,
} from '../domain/coverage.ts';
import type { Detector } from '../domain/detector.ts';
import type { EventType } from '../domain/event/index.ts';
import { isSaid } from '../domain/policy/sections.ts';
import type { Policy } from '../domain/policy.ts';
import { familyAsked, mayBear } from './fields.ts';

/** Told only when something ends or goes wrong: a day without them is a good day, not a missing feed. */
const occasional: ReadonlySet<EventType> = new Set<EventType>([
  'token.revoked',
  'token.rejected',
  'tool.denied',
  'api.denied',
  'approval.denied',
  'approval.expired',
  'approval.withdrawn',
  'request.closed',
  'privilege.expired',
  'response.recorded',
]);

type Told = Pick<EventMix, 'type' | 'fields'>;
type Wanting = Pick<Detector, 'id' | 'requires'>;

const nothing: Lacks = { families: [], types: [], fields: [], policy: [] };

/** What a detector that runs under this policy can see of everything that is told. */
export function assess(detector: Wanting, told: readonly Told[], policy: Policy): DetectorCoverage {
  const { events, optional = [], absence, policy: needed = [], policyOptional = [] } = detector.requires;
  const seen = new Set(told.map(({ type }) => type));
  const families = familiesOf(events).filter(
    (family) => !events.some((type) => familyOf(type) === family && seen.has(type)),
  );
  const unsaid = [...needed, ...policyOptional].filter((section) => !isSaid(policy, section));
  const lacks: Lacks = {
    families: absence === undefined ? families : [],
    types: events.filter(
      (type) => !seen.has(type) && !occasional.has(type) && !families.includes(familyOf(type)),
    ),
    fields: fieldsLacking(detector, told),
    policy: unsaid,
  };
  const isVoiceless = needed.length > 0 && needed.every((section) => unsaid.includes(section));
  const isDeaf =
    families.some((family) => !optional.includes(family)) || families.length === familiesOf(events).length;
  const isBlind = isVoiceless || (isDeaf && absence === undefined);
  return covered(detector.id, isBlind ? 'blind' : 'partial', lacks);
}

/** What it can see of what one source tells; undefined when that is nothing of what it reads. */
export function assessSource(detector: Wanting, told: readonly Told[]): DetectorCoverage | undefined {
  const { events } = detector.requires;
  if (!told.some(({ type }) => events.includes(type))) return undefined;
  return covered(detector.id, 'partial', { ...nothing, fields: fieldsLacking(detector, told) });
}

export function turnedOff(detector: string, why: string): DetectorCoverage {
  return { detector, state: 'off', why, lacks: nothing };
}

function covered(detector: string, otherwise: 'partial' | 'blind', lacks: Lacks): DetectorCoverage {
  const why = wordsOf(lacks);
  return { detector, state: why === '' && otherwise === 'partial' ? 'armed' : otherwise, why, lacks };
}

/**
 * Members that no sampled event has although its type may. One of every type is asked of all families together, any
 * other of each: that tokens are named when they are issued says nothing of whether calls name them.
 */
function fieldsLacking({ requires }: Wanting, told: readonly Told[]): Lacks['fields'] {
  const lacking: Lacks['fields'][number][] = [];
  for (const field of requires.fields) {
    const bearers = told.filter(({ type }) => requires.events.includes(type) && mayBear(type, field));
    const asked = new Set(bearers.map(({ type }) => familyAsked(type, field)));
    for (const family of asked) {
      const those = bearers.filter(({ type }) => familyAsked(type, field) === family);
      if (those.some(({ fields }) => fields.includes(field))) continue;
      lacking.push(family === undefined ? { field } : { field, family });
    }
  }
  return lacking;
}

function familiesOf(types: readonly EventType[]): readonly EventFamily[] {
  return [...new Set(types.map(familyOf))];
}

function wordsOf({ families, types, fields, policy }: Lacks): string {
  const said = [
    ...families.map((family) => `no ${family} events`),
    ...types.map((type) => `no ${type}`),
    ...fields.map(({ field, family }) => `no ${field}${family === undefined ? '' : ` in ${family} events`}`),
    ...policy.map((section) => `policy has no ${section}`),
  ];
  return said.join('; ');
}
