import type { AdmitContext } from '../../src/domain/admission.ts';
import { type AdmittedEvent, OWN_ADAPTER } from '../../src/domain/event/index.ts';
import { createAdmit } from '../../src/ingest/admit.ts';
import { minimalSamples, type Sample } from './samples.ts';

export const admit = createAdmit();

/** The moment of the samples: they are live events. */
export const nowMs = Date.parse('2026-09-21T13:33:25Z');

export const context: AdmitContext = {
  publisher: { name: 'gateway', tenant: 'acme', issuers: '*' },
  adapter: 'cloudevents',
  position: { source: 'delegation.tokens', partition: 3, offset: 17 },
  nowMs,
  history: false,
};

/** Who brings such an event, where nothing else is said: our own records come from nobody else. */
export function contextFor(raw: unknown): AdmitContext {
  return isOwn(raw) ? { ...context, adapter: OWN_ADAPTER } : context;
}

function isOwn(raw: unknown): boolean {
  if (typeof raw === 'string') return raw.includes('"type":"response.recorded"');
  const own: unknown = minimalSamples.find(({ data }) => data['type'] === 'response.recorded')?.id;
  return typeof raw === 'object' && raw !== null && Object.getOwnPropertyDescriptor(raw, 'id')?.value === own;
}

export function sampleOf(type: string): Sample {
  const found = minimalSamples.find((sample) => sample.data['type'] === type);
  if (found === undefined) throw new Error(`no sample of ${type}`);
  return found;
}

/** The sample of `type` with members of its data changed. */
export function withData(type: string, data: object): Sample {
  const sample = sampleOf(type);
  return { ...sample, data: { ...sample.data, ...data } };
}

export function admitted(raw: unknown, changes: Partial<AdmitContext> = {}): AdmittedEvent {
  const admission = admit({ raw }, { ...contextFor(raw), ...changes });
  if (admission.kind === 'refused') throw new Error(JSON.stringify(admission.letter));
  return admission.event;
}

export function refused(raw: unknown, changes: Partial<AdmitContext> = {}) {
  const admission = admit({ raw }, { ...contextFor(raw), ...changes });
  if (admission.kind === 'admitted') throw new Error(`admitted: ${admission.event.text}`);
  return admission.letter;
}
