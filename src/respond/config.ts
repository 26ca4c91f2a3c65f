import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { severities } from '../domain/finding.ts';
import { ConnectorConfig, secretVariables } from './connectors/config.ts';
import { EndpointConfig, endpointSecrets } from './endpoints.ts';
import { Url } from './notify/config.ts';
import { ResponseLimits } from './plan/limits.ts';

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
  /** Stops every automatic revocation, those already waiting to be sent included. */
  killSwitch: z.boolean().default(false),
  limits: ResponseLimits.prefault({}),
  /** So long a proposal waits for its decision. */
  approvalMinutes: z.int().min(1).max(10_080).default(60),
  /** So long after it was accepted a revocation may stay without proof; then that is an alert of its own. */
  confirmSeconds: z.int().min(5).max(86_400).default(300),
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
  });
export type OutboundConfig = z.infer<typeof OutboundConfig>;

/** Variables of the environment that hold secrets. */
export function secretsIn({ endpoints, connectors }: OutboundConfig): string[] {
  return [...endpoints.flatMap(endpointSecrets), ...connectors.flatMap(secretVariables)];
}
