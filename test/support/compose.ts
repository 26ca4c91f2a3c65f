import * as z from 'zod';

/** What our files may use of the Compose specification; a misspelt key is an error. */
export const Service = z.strictObject({
  image: z.string().optional(),
  build: z.strictObject({ context: z.literal('.'), dockerfile_inline: z.string() }).optional(),
  restart: z.literal('unless-stopped'),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  ports: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  secrets: z.array(z.string()).optional(),
  ulimits: z.record(z.string(), z.number()).optional(),
  /** Compose refuses booleans here, and a bare number may lose its shape. */
  environment: z.record(z.string(), z.string()),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z.strictObject({
    test: z.tuple([z.literal('CMD')], z.string()),
    interval: z.string(),
    timeout: z.string(),
    retries: z.int(),
    start_period: z.string(),
  }),
});

/** An image by its version, the tag of it alone. */
export const pinned = /^[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w-]+)?$/;
/** A port of this machine and of no other. */
export const loopback = /^127\.0\.0\.1:\d+:\d+$/;
/** A variable without which nothing starts. */
export const required = /^\$\{[A-Z_]+:\?.+\}$/;

/** What must not stand in the file itself. */
export function isSecret(name: string): boolean {
  return /PASSWORD|SECRET|KEY/.test(name);
}
