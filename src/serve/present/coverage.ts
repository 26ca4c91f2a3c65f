import * as z from 'zod';
import {
  type AppliedException,
  type CoverageReport,
  type DetectorCoverage,
  eventFamilies,
  sights,
} from '../../domain/coverage.ts';
import { Instant, instant } from './common.ts';

const SightShape = z
  .object({
    detector: z.string(),
    state: z
      .enum(sights)
      .describe('armed: sees all it needs; partial: some of its facts; blind: nothing; off: does not look'),
    why: z.string().describe('In a few words; empty when it is armed'),
    lacks: z.object({
      families: z.array(z.enum(eventFamilies)).describe('Kinds of events that nobody tells'),
      types: z.array(z.string()),
      fields: z.array(
        z.object({
          field: z.string(),
          family: z.enum(eventFamilies).optional().describe('Absent: it is in no event at all'),
        }),
      ),
      policy: z.array(z.string()).describe('Sections of policy that say nothing'),
    }),
  })
  .meta({ id: 'DetectorCoverage', description: 'What one detector can see' });

const ShareShape = z.object({ all: z.int(), known: z.int() });

export const CoverageShape = z
  .object({
    from: Instant,
    to: Instant,
    detectors: z.array(SightShape).describe('Over all sources'),
    sources: z.array(
      z.object({
        source: z.string(),
        lastAt: Instant,
        types: z.array(
          z.object({
            type: z.string(),
            count: z.int(),
            lastAt: Instant,
            sampled: z.int().describe('How many of the newest were opened'),
            fields: z.array(z.string()).describe('Members of `data` that one of these has'),
          }),
        ),
        detectors: z.array(SightShape).describe('Those that read something of what it tells'),
        blind: z.array(z.string()).describe('Detectors to which it tells nothing'),
      }),
    ),
    leftOut: z.int().describe('Sources that spoke and are not among these'),
    completeness: z.object({
      chains: z
        .object({
          all: z.int(),
          complete: z.int(),
          request: z.int(),
          authority: z.int(),
          context: z.int(),
          impact: z.int(),
        })
        .describe('Chains by the links that they have'),
      owners: ShareShape.describe('Machines that are registered, or of which somebody named an owner'),
      issuance: ShareShape.describe('Credentials whose issuance was reported'),
    }),
  })
  .meta({ id: 'Coverage', description: 'What detection can see, and what it cannot' });

export function presentCoverage(report: CoverageReport): z.infer<typeof CoverageShape> {
  const { chains, owners, issuance } = report.completeness;
  return {
    from: instant(report.fromMs),
    to: instant(report.toMs),
    detectors: report.detectors.map(presentSight),
    sources: report.sources.map(({ source, lastMs, types, detectors, blind }) => ({
      source,
      lastAt: instant(lastMs),
      types: types.map(({ type, count, lastMs: typeLastMs, sampled, fields }) => ({
        type,
        count,
        lastAt: instant(typeLastMs),
        sampled,
        fields: [...fields],
      })),
      detectors: detectors.map(presentSight),
      blind: [...blind],
    })),
    leftOut: report.leftOut,
    completeness: { chains: { ...chains }, owners: { ...owners }, issuance: { ...issuance } },
  };
}

function presentSight({ detector, state, why, lacks }: DetectorCoverage): z.infer<typeof SightShape> {
  const { families, types, fields, policy } = lacks;
  return {
    detector,
    state,
    why,
    lacks: {
      families: [...families],
      types: [...types],
      fields: fields.map((one) => ({ ...one })),
      policy: [...policy],
    },
  };
}

export const ExceptionShape = z
  .object({
    id: z.string(),
    detector: z.string(),
    scope: z.record(z.string(), z.string()).describe('Every member must fit'),
    state: z.enum(['in force', 'expired']).describe('Expired: what happens from now on is none'),
    owner: z.string(),
    reason: z.string(),
    ticket: z.string(),
    expires: Instant,
    alerts: z.int().describe('How many alerts and signals carry it'),
    lastAt: Instant.optional().describe('When it was last one'),
  })
  .meta({ id: 'Exception', description: 'What does not page, by whose word and until when' });

export function presentException(exception: AppliedException): z.infer<typeof ExceptionShape> {
  const { id, detector, scope, state, owner, reason, ticket, expires, alerts, lastMs } = exception;
  const members = Object.entries(scope).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    id,
    detector,
    scope: Object.fromEntries(members),
    state,
    owner,
    reason,
    ticket,
    expires: instant(Date.parse(expires)),
    alerts,
    lastAt: instant(lastMs),
  };
}
