import { type CanonicalEvent, cloudtrail } from '../../../src/ingest/adapters/index.ts';

export type Fields = Record<string, unknown>;
export type Data = Fields & { type: string };

export function translate(value: unknown): readonly CanonicalEvent[] {
  const translation = cloudtrail.translate(value);
  if ('refused' in translation) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
  return translation.events;
}

export function refusal(value: unknown): unknown {
  const translation = cloudtrail.translate(value);
  return 'refused' in translation ? translation.refused : undefined;
}

export const callOf = (value: unknown) => translate(value)[0]?.data as Data;
export const hopOf = (value: unknown) => translate(value)[1]?.data as Data | undefined;
export const key = (jti: string) => ({ iss: 'https://sts.amazonaws.com', jti });
