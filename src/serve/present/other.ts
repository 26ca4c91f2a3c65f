import * as z from 'zod';
import { type ApiKey, roles } from '../../domain/access.ts';
import { type DetectorSettings, eventFamilies } from '../../domain/coverage.ts';
import type { DeadLetter } from '../../domain/dead-letter.ts';
import type { Detector } from '../../domain/detector.ts';
import { severities } from '../../domain/finding.ts';
import { detectorModes } from '../../domain/policy/detectors.ts';
import type { DetectorSwitch } from '../../domain/record.ts';
import { Instant, instant } from './common.ts';
import { ResponseModeShape } from './mode.ts';

export const DetectorShape = z
  .object({
    id: z.string(),
    version: z.int(),
    title: z.string(),
    maturity: z.enum(detectorModes).describe('As it was shipped'),
    mode: z
      .enum(detectorModes)
      .describe('As policy has it: live pages, shadow finds and pages nobody, draft does not look'),
    config: z.record(z.string(), z.unknown()).describe('Its settings in force, defaults included'),
    nature: z
      .enum(['monotone', 'exonerable'])
      .describe('Monotone acts at once; exonerable waits for its grace behind the watermark'),
    basis: z.enum(['deterministic', 'statistical']),
    severity: z.enum(severities).describe('The highest it can give'),
    covers: z.array(z.string()),
    requires: z.object({
      events: z.array(z.string()),
      fields: z.array(z.string()),
      optional: z.array(z.enum(eventFamilies)).describe('Without events of these it is partial, not blind'),
      policy: z.array(z.string()).describe('Policy has to say something in one of these'),
      policyOptional: z.array(z.string()).describe('Some of its facts rest on these'),
    }),
    frameworks: z
      .array(
        z.object({
          framework: z.string(),
          asPrinted: z.string().optional(),
          corrected: z.string(),
          note: z.string().optional(),
        }),
      )
      .describe('Labels as their source prints them and as they should read'),
    looksAt: z.array(z.enum(['token', 'action', 'chain', 'principal', 'source', 'issuer', 'tool', 'feed'])),
    responseMode: ResponseModeShape,
    on: z.boolean().describe('Off: it looks at nothing until somebody turns it on'),
    switched: z
      .object({ at: Instant, reason: z.string(), by: z.string().describe('Id of a key, or `watchdog`') })
      .optional()
      .describe('Since when and why; absent when it was on ever since'),
  })
  .meta({ id: 'Detector', description: 'What one detector looks for, and whether it does' });

export function presentDetector(
  detector: Detector,
  { mode, config }: DetectorSettings,
  state: DetectorSwitch | undefined,
  responseMode: z.infer<typeof ResponseModeShape>,
): z.infer<typeof DetectorShape> {
  const { id, version, title, maturity, nature, basis, severity } = detector;
  const { events, fields, optional = [], policy = [], policyOptional = [] } = detector.requires;
  return {
    id,
    version,
    title,
    maturity,
    mode,
    config: { ...(config as object) },
    nature,
    basis,
    severity,
    covers: [...detector.covers],
    requires: {
      events: [...events],
      fields: [...fields],
      optional: [...optional],
      policy: [...policy],
      policyOptional: [...policyOptional],
    },
    frameworks: detector.frameworks.map((mapping) => ({ ...mapping })),
    looksAt: [...detector.looksAt],
    responseMode,
    on: state?.on ?? true,
    ...(state === undefined
      ? {}
      : { switched: { at: instant(state.atMs), reason: state.reason, by: state.by } }),
  };
}

export const DeadLetterShape = z
  .object({
    at: Instant,
    publisher: z.string(),
    position: z.object({ source: z.string(), partition: z.int(), offset: z.int() }),
    code: z.string(),
    path: z.string(),
    reason: z.string(),
    raw: z.string().describe('The message, bounded, credentials cut out'),
  })
  .meta({ id: 'DeadLetter', description: 'A refused message' });

export function presentDeadLetter(letter: DeadLetter): z.infer<typeof DeadLetterShape> {
  const { atMs, publisher, position, code, path, reason, raw } = letter;
  return { at: instant(atMs), publisher, position: { ...position }, code, path, reason, raw };
}

export const ApiKeyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(roles),
    issuers: z.union([z.literal('*'), z.array(z.string())]).describe('Issuers a publisher may speak for'),
    createdAt: Instant,
    disabled: z.boolean(),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without anything that could be used' });

/** Without the hash: there is nobody it would help. */
export function presentApiKey(key: ApiKey): z.infer<typeof ApiKeyShape> {
  const { id, name, role, issuers, createdMs, disabled } = key;
  return {
    id,
    name,
    role,
    issuers: issuers === '*' ? '*' : [...issuers],
    createdAt: instant(createdMs),
    disabled,
  };
}
