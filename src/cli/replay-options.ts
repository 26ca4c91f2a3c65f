import { InvalidArgumentError } from 'commander';
import { instant } from './options.ts';

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a moment, or an age that is counted back from now: `14d`, `36h`, `90m`. */
export function momentOrAge(clock: () => number): (text: string) => number {
  return (text) => {
    const [, amount, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
    if (amount !== undefined) return clock() - Number(amount) * unitMs[unit as keyof typeof unitMs];
    try {
      return instant(text);
    } catch {
      throw new InvalidArgumentError(
        'it must be an ISO 8601 time, e.g. 2026-03-02T08:00:00Z, or an age: 14d, 36h, 90m',
      );
    }
  };
}

/** One member of a detector's configuration: `unusual-fan-out.highFactor=5`. */
export interface Setting {
  /** The detector's id, then the members on the way. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Collects settings; a value is JSON, or else text. */
export function collectSettings(text: string, before: readonly Setting[] = []): readonly Setting[] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const path = name?.split('.') ?? [];
  if (path.length < 2 || path.includes('')) {
    throw new InvalidArgumentError('it must be <detector>.<member>=<value>');
  }
  return [...before, { path, value: parsed(value ?? '') }];
}

/** Settings laid over a configuration, which stays as it is. */
export function withSettings(
  configuration: Readonly<Record<string, unknown>>,
  settings: readonly Setting[],
): Readonly<Record<string, unknown>> {
  return settings.reduce((config, { path, value }) => assigned(config, path, value), configuration);
}

function assigned(
  before: unknown,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const members = typeof before === 'object' && before !== null ? (before as Record<string, unknown>) : {};
  return { ...members, [key]: rest.length === 0 ? value : assigned(members[key], rest, value) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
