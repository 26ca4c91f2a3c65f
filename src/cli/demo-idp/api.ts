import type { ServiceApi } from '../service-api.ts';

/** As much of an alert, a plan and a response as the demo shows. */
export interface ShownAlert {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
}

export interface ShownPlan {
  readonly id: string;
  readonly digest: string;
  readonly steps: readonly {
    readonly label: string;
    readonly role: string;
    readonly connector?: { readonly name: string };
  }[];
  readonly survivors: readonly { readonly label: string; readonly reason: string }[];
}

interface ShownResponse {
  readonly state: string;
}

/** The API of the running service, as the person sees it who approves. */
export interface DemoApi {
  /** The open alert about a token of this issuer. */
  alertOf(issuer: string): Promise<ShownAlert | undefined>;
  planOf(alertId: string): Promise<ShownPlan | undefined>;
  approve(plan: ShownPlan): Promise<void>;
  /** States of what was done about the alert. */
  statesOf(alertId: string): Promise<readonly string[]>;
}

export function createDemoApi({ get, post }: ServiceApi): DemoApi {
  const listed = async <T>(path: string): Promise<readonly T[]> =>
    (await get<{ readonly items: readonly T[] }>(path)).items;
  return {
    async alertOf(issuer) {
      const open = '/v1/alerts?state=open&kind=alert';
      const alerts = await listed<ShownAlert & { readonly subject: { readonly key: string } }>(open);
      return alerts.find(({ subject }) => subject.key.includes(issuer));
    },
    planOf: async (alertId) => (await listed<ShownPlan>(`/v1/plans?alert=${alertId}`))[0],
    async approve({ id, digest }) {
      await post(`/v1/plans/${id}/approve`, { digest, reason: 'the demo' });
    },
    statesOf: async (alertId) =>
      (await listed<ShownResponse>(`/v1/responses?alert=${alertId}`)).map(({ state }) => state),
  };
}
