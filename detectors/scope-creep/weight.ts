import * as z from 'zod';
import { effectOfName, wordsOf } from '../../src/domain/effect.ts';
import type { Effect } from '../../src/domain/event/index.ts';
import type { Severity } from '../../src/domain/finding.ts';

const weight = z.number().min(0).max(1_000);

/** How much harm one grant can do, and from which sum on a finding is how severe. */
export const WeightConfig = z.strictObject({
  weights: z
    .strictObject({
      read: weight.default(1),
      unknown: weight.default(2),
      write: weight.default(3),
      delete: weight.default(5),
      admin: weight.default(8),
      secret: weight.default(8),
      payment: weight.default(8),
    })
    .prefault({}),
  severities: z
    .strictObject({
      medium: weight.default(2),
      high: weight.default(3),
      critical: weight.default(8),
    })
    .prefault({}),
});
export type WeightConfig = z.infer<typeof WeightConfig>;
type Weights = WeightConfig['weights'];

const secretWord = /^(?:secrets?|passwords?|credentials?|vault|kms)$/;
const paymentWord = /^(?:money|pay|payments?|payouts?|purchases?|refunds?|iban|billing|transactions?)$/;
/** Authority over authority, whatever verb stands beside it. */
const rulerWord = /^(?:admin|administrator|root|owner|superuser|impersonat(?:e|ion))$/;
/** Authority over authority only when it changes something: reading roles is reading. */
const controlWord = /^(?:iam|roles?|polic(?:y|ies)|permissions?|privileges?)$/;

const tiers: readonly Effect[] = ['read', 'write', 'delete', 'admin'];

/**
 * The weight of one grant: the worst of its effect and of what it gives power over. The effect of an actual use,
 * where known, says more than the grant's name.
 */
export function grantWeight(grant: string, weights: Weights, used: Effect = 'unknown'): number {
  const words = wordsOf(grant);
  const effect = used === 'unknown' ? grantEffect(grant, words) : used;
  const has = (word: RegExp) => words.some((candidate) => word.test(candidate));
  const changes = effect !== 'read';
  const risks = [weights[effect]];
  if (has(secretWord)) risks.push(weights.secret);
  if (changes && has(paymentWord)) risks.push(weights.payment);
  if (has(rulerWord) || isEverything(grant) || (changes && has(controlWord))) risks.push(weights.admin);
  return Math.max(...risks);
}

export function severityOf(sum: number, { severities }: WeightConfig): Severity {
  if (sum >= severities.critical) return 'critical';
  if (sum >= severities.high) return 'high';
  return sum >= severities.medium ? 'medium' : 'low';
}

/**
 * A tool's name is a command and its verb decides; elsewhere verbs stand anywhere (`read:crm`, `crm.ReadWrite`)
 * and the most harmful one decides.
 */
function grantEffect(grant: string, words: readonly string[]): Effect {
  if (grant.startsWith('tool:')) return effectOfName(grant.slice('tool:'.length));
  const found = words.map(effectOfName);
  return tiers.findLast((effect) => found.includes(effect)) ?? 'unknown';
}

/** A bare wildcard, or one that stands for every action of a namespace. */
function isEverything(grant: string): boolean {
  return /(?:^|[:./])\*$/.test(grant);
}
