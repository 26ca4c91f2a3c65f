import { durationOf } from '../parts/time.ts';
import { countOf } from '../parts/words.ts';
import type { HealthRead } from './health.ts';

export interface Concern {
  readonly text: string;
  /** Section of the page that says more. */
  readonly place: string;
  /** Something is lost, blind or stands still; otherwise it is worth a look. */
  readonly isBad: boolean;
}

/** Behind by more than this, time is held up: lateness and one source's hold together are less. */
const LAG_SECONDS_MAX = 25 * 60;

/** What somebody has to look at, worst first. What could not be read is a concern and never silence. */
export function concernsOf(read: HealthRead): readonly Concern[] {
  const found = [...ofProcess(read), ...ofIntake(read), ...ofWaysOut(read), ...ofDetectors(read)];
  return found.toSorted((a, b) => Number(b.isBad) - Number(a.isBad));
}

function concern(text: string, place: string, isBad: boolean): Concern {
  return { text, place, isBad };
}

function ofProcess({ health }: HealthRead): readonly Concern[] {
  if (!health.ok) return [concern('The process does not say how it is doing', 'main', true)];
  const { checks, time, log, detection, kafka } = health.value;
  const lag = time.lagSeconds ?? 0;
  return [
    ...checks
      .filter(({ state }) => state !== 'ok')
      .map(({ name, reason, state }) => concern(`${name}: ${reason}`, 'checks', state === 'failing')),
    ...(lag > LAG_SECONDS_MAX ? [concern(`Time is ${durationOf(lag * 1000)} behind`, 'time', true)] : []),
    ...(log.storeStuckSeconds + detection.storeStuckSeconds > 0
      ? [concern('The store does not take what is written', 'queues', true)]
      : []),
    ...(kafka !== undefined && kafka.state !== 'running'
      ? [concern(`Kafka: ${kafka.state}`, 'kafka', true)]
      : []),
  ];
}

function ofIntake({ intake }: HealthRead): readonly Concern[] {
  if (!intake.ok) return [concern('Who is heard cannot be read', 'producers', true)];
  const { producers, refusals } = intake.value;
  const of = (state: string) => producers.filter((one) => one.state === state).length;
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  return [
    ...(of('silent') > 0
      ? [concern(`${countOf(of('silent'), 'producer')} fell silent`, 'producers', true)]
      : []),
    ...(of('ahead') > 0
      ? [
          concern(
            `${countOf(of('ahead'), 'producer has a clock', 'producers have clocks')} ahead of ours`,
            'producers',
            false,
          ),
        ]
      : []),
    ...(of('late') > 0
      ? [
          concern(
            `${countOf(of('late'), 'producer delivers', 'producers deliver')} late, or by a slow clock`,
            'producers',
            false,
          ),
        ]
      : []),
    ...(of('never') > 0
      ? [concern(`${countOf(of('never'), 'publisher was', 'publishers were')} not heard`, 'producers', false)]
      : []),
    ...(refused > 0
      ? [concern(`${countOf(refused, 'message was', 'messages were')} refused`, 'refused', false)]
      : []),
  ];
}

function ofWaysOut({ channels, dead }: HealthRead): readonly Concern[] {
  const ill = channels.ok
    ? channels.value.items.filter(({ state }) => state !== 'well' && state !== 'disabled')
    : [];
  const given = dead.ok ? dead.value.items.filter(({ isCancelled }) => !isCancelled).length : 0;
  return [
    ...ill.map(({ name, state }) => concern(`${name}: ${state}`, 'channels', state === 'gone')),
    ...(given > 0
      ? [concern(`${countOf(given, 'message was', 'messages were')} given up`, 'channels', true)]
      : []),
    ...(channels.ok && channels.value.items.length === 0
      ? [concern('Nobody is told, and nothing can be revoked: there is no way out', 'channels', false)]
      : []),
    ...(channels.ok && dead.ok ? [] : [concern('The ways out cannot be read', 'channels', true)]),
  ];
}

function ofDetectors({ detectors, health }: HealthRead): readonly Concern[] {
  if (!detectors.ok) return [concern('Detectors cannot be read', 'detectors', true)];
  const off = detectors.value.items.filter(({ on }) => !on);
  const faulty = health.ok ? health.value.detectors.filter(({ faults }) => faults > 0) : [];
  return [
    ...off.map(({ id, switched }) =>
      concern(
        `${id} is off${switched?.by === 'watchdog' ? ': the watchdog turned it off' : ''}`,
        'detectors',
        true,
      ),
    ),
    ...faulty.map(({ detector, faults }) =>
      concern(`${detector} threw ${countOf(faults, 'time')}`, 'detectors', false),
    ),
  ];
}
