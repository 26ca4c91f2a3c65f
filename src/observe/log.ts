import { createRequire } from 'node:module';
import { type DestinationStream, type Level, type Logger, pino, stdTimeFunctions } from 'pino';
import { redactLine } from './redact.ts';

export type LogLevel = Level | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Where lines go; standard output when absent. */
  readonly destination?: DestinationStream;
}

/** Members that hold what others sent us. They are left out whole: a payload has no place in a log. */
const payloads = ['body', 'payload', 'raw', 'rawBody', 'data', 'headers'];

/**
 * Structured log lines. Payload members are removed by pino's own redaction; credentials are cut out of the finished
 * line, because they turn up in places no list of paths foresees (messages of errors, URLs, nested objects).
 */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? prettyOnTerminal();
  const settings = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: payloads.flatMap((name) => [name, `*.${name}`]), remove: true },
    serializers: { err: presentError },
    hooks: { streamWrite: redactLine },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/** Characters of a cause that are kept: engines quote the row they choke on, and a row is somebody's payload. */
const CAUSE_CHARS_MAX = 200;

/** Our own messages are safe by contract; a cause may quote input, so it is named and only its beginning kept. */
function presentError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause: unknown = error.cause;
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(cause instanceof Error
      ? { cause: { type: cause.name, message: cause.message.slice(0, CAUSE_CHARS_MAX) } }
      : {}),
  };
}

/** For a person at a terminal, where the development dependency is there; machines get JSON. */
function prettyOnTerminal(): DestinationStream | undefined {
  if (!process.stdout.isTTY) return undefined;
  try {
    const require = createRequire(import.meta.url);
    const pretty: unknown = require('pino-pretty');
    if (typeof pretty !== 'function') return undefined;
    return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss.l' }) as DestinationStream;
  } catch {
    return undefined;
  }
}
