import type { Finding } from '../domain/finding.ts';
import { EVIDENCE_CHARS_MAX, FINDINGS_PER_LOOK_MAX, TEXT_CHARS_MAX } from '../domain/limits.ts';

/**
 * What a detector returned, as far as it may be used. Throws when it is no list of findings: what comes after it holds
 * the findings of all detectors and must not fall over one of them.
 */
export function soundFindings(returned: unknown): readonly Finding[] {
  if (!Array.isArray(returned)) throw new TypeError('a detector returned no list');
  if (returned.length === 0) return returned as readonly Finding[];
  return returned.slice(0, FINDINGS_PER_LOOK_MAX).map(sound);
}

function sound(value: unknown): Finding {
  const finding = value as Finding;
  const { subject, fact, title, atMs, settlesAtMs, evidence, eventIds } = finding;
  const texts = [subject.key, subject.label, fact, title];
  if (!texts.every((text) => typeof text === 'string')) throw new TypeError('a finding lacks a text');
  if (!Number.isFinite(atMs) || Number.isNaN(settlesAtMs ?? 0)) throw new TypeError('a finding has no time');
  if (!Array.isArray(eventIds)) throw new TypeError('a finding lacks its event ids');
  // A cycle or a BigInt throws here, where it is this detector's fault alone.
  const { length } = JSON.stringify(evidence);
  const isLong = length > EVIDENCE_CHARS_MAX || title.length > TEXT_CHARS_MAX;
  if (!isLong) return finding;
  return {
    ...finding,
    title: title.slice(0, TEXT_CHARS_MAX),
    ...(length > EVIDENCE_CHARS_MAX ? { evidence: { cut: `evidence of ${length} characters` } } : {}),
  };
}
