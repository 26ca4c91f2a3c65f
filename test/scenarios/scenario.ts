import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { eventSchemas } from '../../src/domain/event/index.ts';

const Data = z.record(z.string(), z.unknown());
/** One event: seconds after the start, its source, and under its type what it says. */
const Step = z
  .looseObject({ at: z.number(), from: z.string().startsWith('//') })
  .transform((step, context) => {
    const { at, from, ...told } = step;
    const [[type, data] = ['', {}], ...more] = Object.entries(told);
    if (more.length > 0 || !eventSchemas.has(type as never)) {
      context.addIssue({ code: 'custom', message: `a step tells of one event, not of ${Object.keys(told)}` });
      return z.NEVER;
    }
    return { at, from, type, data: Data.parse(data) };
  });
type Step = z.infer<typeof Step>;

/** How a run departs from the story, by the names of its steps. */
const Run = z.strictObject({
  drop: z.array(z.string()).default([]),
  /** New times. */
  move: z.record(z.string(), z.number()).default({}),
  /** Members of an event's data that are others; null takes one away. */
  change: z.record(z.string(), Data).default({}),
  add: z.record(z.string(), Step).default({}),
  /** Every alert that pages in the end, by its detector and all facts that it holds: `detector/fact+fact`. */
  alerts: z.array(z.string().regex(/^[a-z-]+\/[a-z-]+(?:\+[a-z-]+)*$/)),
});
type Run = z.infer<typeof Run>;

/** One example of the concepts, told once as it should go, and in every way in which it must not. */
const Scenario = z.strictObject({
  scenario: z.string().regex(/^R(?:4[3-9]|5\d|6[0-5])$/),
  title: z.string().min(10),
  /** People, agents and tokens that the steps refer to by anchors. */
  cast: z.unknown().optional(),
  story: z.record(z.string(), Step),
  runs: z.record(z.string(), Run).refine((runs) => 'as it should go' in runs, 'no run goes as it should'),
});
export type Scenario = z.infer<typeof Scenario>;

const folder = new URL('.', import.meta.url);

export function readScenarios(): readonly { readonly file: string; readonly told: Scenario }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'policy.yaml')
    .map((file) => ({ file, told: Scenario.parse(parse(readFileSync(new URL(file, folder), 'utf8'))) }));
}

/** An alert as runs name it. */
export function nameOf({
  detector,
  facts,
}: {
  readonly detector: string;
  readonly facts: readonly string[];
}) {
  return `${detector}/${facts.toSorted().join('+')}`;
}

/** The policy that the organisation of all scenarios lives under. */
export const policyFile = new URL('policy.yaml', folder).pathname;

/** A run as CloudEvents, by time. Instants in the data are seconds after the start too. */
export function eventsOf({ story }: Scenario, run: Run, startMs: number): readonly ToldEvent[] {
  const steps = new Map<string, Step>(Object.entries({ ...story, ...run.add }));
  for (const name of [...run.drop, ...Object.keys(run.move), ...Object.keys(run.change)]) {
    if (!steps.has(name)) throw new RangeError(`there is no step ${name}`);
  }
  for (const name of run.drop) steps.delete(name);
  return [...steps]
    .map(([id, step]) => ({ ...step, id, at: run.move[id] ?? step.at, changed: run.change[id] ?? {} }))
    .sort((a, b) => a.at - b.at)
    .map(({ id, at, from, type, data, changed }) => ({
      ...{ specversion: '1.0', id, source: from, type: `io.chainwarden.${type}.v1` },
      time: new Date(startMs + at * 1000).toISOString(),
      data: { v: 1, type, ...dated(merged({ ...unsaid(type, at), ...data }, changed), startMs) },
    }));
}

/** A CloudEvent as publishers send it. */
export interface ToldEvent {
  readonly id: string;
  readonly time: string;
  readonly data: object;
}

/** What a step need not say of a token, since it is nearly always so. */
function unsaid(type: string, at: number): Step['data'] {
  if (type !== 'token.issued' && type !== 'token.exchanged') return {};
  const grant =
    type === 'token.exchanged' ? { grant: 'urn:ietf:params:oauth:grant-type:token-exchange' } : {};
  return { tokenKind: 'access_token', ...grant, iat: at };
}

function merged(data: Step['data'], changed: Step['data']): Step['data'] {
  return Object.fromEntries(Object.entries({ ...data, ...changed }).filter(([, value]) => value !== null));
}

const instants: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf']);

function dated(data: Step['data'], startMs: number): Step['data'] {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      if (instants.has(name) && typeof value === 'number') return [name, startMs / 1000 + value];
      // No expiry is written as `never`: null takes a member away.
      return [name, name === 'exp' && value === 'never' ? null : value];
    }),
  );
}
