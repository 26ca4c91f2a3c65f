import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { severities } from '../domain/finding.ts';
import { ConnectorConfig, secretVariables } from './connectors/config.ts';
import { EndpointConfig, endpointSecrets } from './endpoints.ts';
import { Url } from './notify/config.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');

const AllowedDestination = z
  .string()
  .max(256)
  .refine(
    (value) =>
      value.includes('/') ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value) || /^[a-z0-9.-]+$/i.test(value),
    'a host name, an address or a CIDR',
  );

const ResponseConfig = z.strictObject({
  /** What is done about a finding without a person. propose: nothing, until somebody approves it. */
  mode: z.enum(['observe', 'alert', 'propose', 'auto']).default('propose'),
  /** Everything but the last request happens and is recorded. */
  dryRun: z.boolean().default(true),
  minSeverity: z.enum(severities).default('high'),
  /** Name of the endpoint that revokes. Without it revocations are only proposed. */
  endpoint: name.optional(),
  /** Stops every automatic revocation, those already waiting to be sent included. */
  killSwitch: z.boolean().default(false),
});
export type ResponseConfig = z.infer<typeof ResponseConfig>;

/** Everything that leaves: who is told, who revokes, and which addresses may be reached. */
export const OutboundConfig = z
  .strictObject({
    endpoints: z.array(EndpointConfig).max(32).default([]),
    /** Where people reach this service: messages link to it. */
    publicUrl: Url.optional(),
    /** Who ends authority: the first that can end a target does. */
    connectors: z.array(ConnectorConfig).max(32).default([]),
    /** Host names, addresses and CIDRs that may be reached although they are not public, also by plain http. */
    allow: z.array(AllowedDestination).max(256).default([]),
    response: ResponseConfig.prefault({}),
  })
  .superRefine((config, context) => {
    const names = config.endpoints.map((endpoint) => endpoint.name);
    // Their messages lie in one outbox, by name.
    const all = [...names, ...config.connectors.map((connector) => connector.name)];
    if (new Set(all).size !== all.length) {
      const message = 'names must differ, those of connectors included';
      context.addIssue({ code: 'custom', path: ['endpoints'], message });
    }
    const { endpoint } = config.response;
    if (endpoint !== undefined && !names.includes(endpoint)) {
      context.addIssue({ code: 'custom', path: ['response', 'endpoint'], message: 'is not an endpoint' });
    }
  });
export type OutboundConfig = z.infer<typeof OutboundConfig>;

/** Variables of the environment that hold secrets. */
export function secretsIn({ endpoints, connectors }: OutboundConfig): string[] {
  return [...endpoints.flatMap(endpointSecrets), ...connectors.flatMap(secretVariables)];
}
