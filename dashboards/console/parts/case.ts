import type * as z from 'zod';
import type { AlertActionShape, AlertShape } from '../../../src/serve/present/alert.ts';
import type { IncidentShape } from '../../../src/serve/present/incident.ts';
import type { ResponseShape } from '../../../src/serve/present/response.ts';
import type { Api } from '../api.ts';
import { alertHref, incidentHref } from './links.ts';

export type ShownAlert = z.infer<typeof AlertShape>;
export type ShownIncident = z.infer<typeof IncidentShape>;
export type ShownAction = z.infer<typeof AlertActionShape>;

/** What `GET /v1/alerts/{id}` answers. */
export interface AlertDetail {
  readonly alert: ShownAlert;
  readonly actions: readonly ShownAction[];
  readonly responses: readonly z.infer<typeof ResponseShape>[];
}

/** What `GET /v1/incidents/{id}` answers. */
export interface IncidentDetail {
  readonly incident: ShownIncident;
  readonly alerts: readonly ShownAlert[];
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export function readAlert(api: Api, id: string): Promise<AlertDetail> {
  return api.get<AlertDetail>(`/v1${alertHref(id)}`);
}

export function readIncident(api: Api, id: string): Promise<IncidentDetail> {
  return api.get<IncidentDetail>(`/v1${incidentHref(id)}`);
}

/** People's word on it, where the engine's does not stand above that. */
export function stateOf({ state, handling }: ShownIncident): string {
  return state === 'open' ? (handling?.state ?? state) : state;
}
