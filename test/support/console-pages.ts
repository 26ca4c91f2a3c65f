import type { Api } from './api.ts';

/** Every page of the console, with the ids of what the demo has left behind. */
export async function consolePaths(api: Api): Promise<Readonly<Record<string, string>>> {
  const first = async <T>(path: string): Promise<T> => {
    const { items } = await api.ask<{ items: T[] }>(path);
    const [item] = items;
    if (item === undefined) throw new Error(`${path} lists nothing`);
    return item;
  };
  const incident = await first<{ id: string; chainId: string }>('/v1/incidents');
  const alert = await first<{ id: string }>(`/v1/alerts?incident=${incident.id}`);
  const { chain } = await api.ask<{ chain: { tokens: { ref: string }[]; principals: { id: string }[] } }>(
    `/v1/chains/${incident.chainId}`,
  );
  return {
    overview: '/',
    incidents: '/incidents',
    incident: `/incidents/${incident.id}`,
    alert: `/alerts/${alert.id}`,
    chain: `/chains/${incident.chainId}`,
    token: `/tokens/${chain.tokens.at(-1)?.ref}`,
    principal: `/principals/${encodeURIComponent(chain.principals.at(-1)?.id ?? '')}`,
    hunt: '/hunt',
    actions: '/hunt?of=actions',
    detectors: '/detectors',
    detector: '/detectors/scope-creep',
    responses: '/responses',
    audit: '/audit',
    health: '/health',
    policy: '/policy',
  };
}
