import type { Tables } from './tables.ts';

/** Subjects of alerts that may still change by themselves, and what chains consist of that await their issuer. */
export function unsettledKeys(
  { alerts, chains }: Pick<Tables, 'alerts' | 'chains'>,
  sinceMs: number,
  afterSeq: number,
): readonly { readonly tenant: string; readonly key: string }[] {
  const keys = new Map<string, { tenant: string; key: string }>();
  const add = (tenant: string, key: string): void => {
    keys.set(`${tenant}\u0000${key}`, { tenant, key });
  };
  for (const { tenant, settled, withdrawn, subject, version } of alerts.values()) {
    const isNode = subject.kind === 'token' || subject.kind === 'chain';
    if (((!settled && !withdrawn) || version > afterSeq) && isNode) add(tenant, subject.key);
  }
  for (const { tenant, state, completeness, lastEventMs, rootKey, tokenKeys } of chains.values()) {
    if (state !== 'open' || completeness.authority || lastEventMs <= sinceMs) continue;
    for (const key of [rootKey, ...tokenKeys]) add(tenant, key);
  }
  return [...keys.values()];
}
