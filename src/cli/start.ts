import closeWithGrace from 'close-with-grace';
import { Command } from 'commander';
import { type Config, loadConfig } from '../config.ts';
import { ChainwardenError } from '../domain/errors.ts';
import { type Service, startService } from '../main.ts';
import { playDemo } from './demo.ts';
import { openIdpDemo } from './demo-with-idp.ts';
import { configuredPolicy } from './policy-file.ts';
import { exitCodes, type Terminal } from './terminal.ts';

interface StartFlags {
  readonly config?: string;
  readonly demo?: boolean;
  readonly withIdp?: boolean;
}

/** A clean stop finishes batches that are under way; whoever is stuck for longer is ended. */
const STOP_MS_MAX = 20_000;

/** Minutes are too long to watch: the demo waits for stragglers for seconds. */
const DEMO_LATENESS_SECONDS = 3;

export function startCommand(terminal: Terminal): Command {
  return new Command('start')
    .description('run the service: embedded, unless KAFKA_BROKERS or CLICKHOUSE_URL are set')
    .option('--config <file>', 'configuration, YAML or JSON')
    .option('--demo', 'play a named incident among benign look-alikes')
    .option('--with-idp', 'with --demo: an incident at a real authorization server, ended there')
    .action(async (flags: StartFlags) => {
      const loaded = loadConfig({ file: flags.config, env: terminal.env });
      if (flags.withIdp === true && flags.demo !== true)
        throw new ChainwardenError('USAGE', '--with-idp goes with --demo');
      const shortened = flags.demo === true ? demoConfig(loaded, terminal) : loaded;
      const idp = flags.withIdp === true ? await openIdpDemo(shortened) : undefined;
      const config = idp?.config ?? shortened;
      const service = await startService(config).catch(async (error: unknown) => {
        // A server that still listens would keep the process alive.
        await idp?.stop();
        throw error;
      });
      terminal.err(greeting(service, await keyLine(service, flags.demo === true), terminal.clock()));
      const stopping = new AbortController();
      // Who has a policy file reloads it by SIGHUP; to everybody else the signal says that the terminal is gone.
      const skip = config.policyFile === undefined ? [] : (['SIGHUP'] as const);
      for (const signal of skip) process.on(signal, () => void service.reloadPolicy());
      const graceful = closeWithGrace({ delay: STOP_MS_MAX, skip: [...skip] }, async ({ err }) => {
        if (err !== undefined) terminal.err(`unexpected failure: ${err.stack ?? String(err)}\n`);
        stopping.abort();
        await service.stop();
        await idp?.stop();
        // Left to itself the library ends with 0 when nobody threw.
        if (process.exitCode !== undefined) process.exit();
      });
      void service.failed.then((error) => {
        terminal.err(`${error.code}: ${error.message}\n`);
        process.exitCode = exitCodes.failed;
        graceful.close();
      });
      if (idp !== undefined) await idp.play(service, terminal, stopping.signal);
      else if (flags.demo === true) await playDemo(service, terminal, stopping.signal);
    });
}

/** The demo cannot wait as long as a policy may ask for; its policy is read once and not followed. */
function demoConfig(config: Config, terminal: Terminal): Config {
  const { policyFile: _, policyPublicKey: __, ...loaded } = config;
  const policy = configuredPolicy(config, terminal);
  const clocks = { ...policy.clocks, latenessSeconds: DEMO_LATENESS_SECONDS };
  return { ...loaded, policy: { ...policy, clocks } };
}

interface ShownKey {
  readonly line: string;
  readonly text: string;
  readonly maySend: boolean;
}

/** The admin key on the start that made it; a demo on older data gets a key that can look around. */
async function keyLine({ adminKey, makeKey }: Service, isDemo: boolean): Promise<ShownKey> {
  if (adminKey !== undefined)
    return { line: `Admin key, shown this once: ${adminKey}`, text: adminKey, maySend: true };
  if (!isDemo)
    return { line: 'The admin key was shown on the first start.', text: '<admin key>', maySend: true };
  const text = await makeKey('demo', 'analyst');
  return { line: `Analyst key for this demo: ${text}`, text, maySend: false };
}

function greeting({ address, signInLink }: Service, key: ShownKey, nowMs: number): string {
  const link = signInLink(key.text);
  const header = `-H 'authorization: Bearer ${key.text}'`;
  const event = {
    specversion: '1.0',
    id: 'hello-1',
    source: '//my-gateway',
    type: 'com.example.tool.invoked.v1',
    time: new Date(nowMs).toISOString(),
    data: {
      v: 1,
      type: 'tool.invoked',
      callId: '1',
      actor: { id: 'agent:me', kind: 'agent' },
      tool: { name: 'search' },
    },
  };
  const send = `
Send a first event:
  curl -sS ${address}/v1/events ${header} \\
    -H 'content-type: application/cloudevents+json' -d '${JSON.stringify(event)}'`;
  return `
Chainwarden listens on ${address}
${key.line}

The console:
  ${link ?? address}
${link === undefined ? '' : 'The link signs in once, within a quarter of an hour.\n'}${key.maySend ? send : ''}
See the chains, and what was found:
  curl -sS ${address}/v1/chains ${header}
  curl -sS ${address}/v1/alerts ${header}

`;
}
