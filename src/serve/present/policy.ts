import * as z from 'zod';
import type { PolicyProblem, PolicyStatus } from '../../domain/policy/document.ts';
import type { Policy } from '../../domain/policy.ts';
import { Instant, instant } from './common.ts';

const ProblemShape = z
  .object({
    line: z.int().min(0).describe('From 1; 0 where there is no text to point at'),
    column: z.int().min(0),
    path: z.string(),
    message: z.string(),
  })
  .meta({ id: 'PolicyProblem', description: 'What is wrong, or odd, about a policy, and where' });

export const PolicyShape = z
  .object({
    name: z.string(),
    version: z.int(),
    origin: z.enum(['file', 'configuration']).optional().describe('Absent: from before there were documents'),
    digest: z.string().optional().describe('`sha256:` and base64url, of the exact bytes of the file'),
    since: Instant.optional().describe('When it was loaded'),
    signedBy: z.string().optional().describe('Fingerprint of the pinned key whose signature verified'),
    policy: z.record(z.string(), z.unknown()).describe('All of it, defaults included'),
    text: z.string().optional().describe('The file as it was loaded'),
    warnings: z.array(ProblemShape),
    refused: z
      .object({
        at: Instant,
        digest: z.string().optional().describe('Absent when the file could not be read'),
        errors: z.array(ProblemShape).describe('The first ones'),
        errorCount: z.int(),
      })
      .optional()
      .describe('The last load, when it failed: the file holds another policy than this one'),
  })
  .meta({ id: 'Policy', description: 'The policy by which everything is judged' });

export function presentPolicy({
  policy,
  document,
  warnings,
  refused,
}: PolicyStatus<Policy>): z.infer<typeof PolicyShape> {
  const shown = (problems: readonly PolicyProblem[]) => problems.map((problem) => ({ ...problem }));
  return {
    name: policy.name,
    version: policy.version,
    ...(document === undefined
      ? {}
      : {
          origin: document.origin,
          digest: document.digest,
          since: instant(document.atMs),
          signedBy: document.signedBy,
          text: document.text,
        }),
    policy,
    warnings: shown(warnings),
    ...(refused === undefined
      ? {}
      : {
          refused: {
            at: instant(refused.atMs),
            digest: refused.digest,
            errors: shown(refused.errors),
            errorCount: refused.errorCount,
          },
        }),
  };
}
