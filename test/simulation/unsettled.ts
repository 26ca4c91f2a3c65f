import type { Tables } from './store.ts';

/** Subjects of alerts that may still change by themselves, and roots of chains that await their issuer. */
export function unsettledKeys(
  tables: Tables,
  sinceMs: number,
  afterSeq: number,
): readonly { readonly tenant: string; readonly key: string }[] {
  const keys = new Map<string, { tenant: string; key: string }>();
  const add = (tenant: string, key: string): void => {
    keys.set(`${tenant}\u0000${key}`, { tenant, key });
  };
  for (const alert of tables.alerts.values()) {
    if ((!alert.settled && !alert.withdrawn) || alert.version > afterSeq)
      add(alert.tenant, alert.subject.key);
  }
  for (const chain of tables.chains.values()) {
    if (chain.state === 'merged' || chain.completeness.authority || chain.lastEventMs <= sinceMs) continue;
    for (const key of [chain.rootKey, ...chain.tokenKeys]) add(chain.tenant, key);
  }
  return [...keys.values()];
}
