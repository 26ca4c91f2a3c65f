import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { brokerJars, type Jars, java } from './classpath.ts';
import { type Account, serverProperties } from './properties.ts';

const run = promisify(execFile);
/** Start quickly, stay small: the serial collector and the first compiler alone save a second and 100 MB. */
export const javaFlags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const READY_MS_MAX = 60_000;

export interface Broker {
  readonly brokers: string[];
  /** Where `account` may log in with SASL PLAIN; the same broker behind another door. */
  readonly saslBrokers: string[];
  /** Ends the broker and removes its data. */
  stop(): Promise<void>;
  /** kill -9; the data stays. */
  kill(): Promise<void>;
  /** Kills it if it still runs, and starts it again on the same ports and data. */
  restart(): Promise<void>;
}

/** Starts a real Kafka broker (KRaft, one node) on free ports with a fresh data folder. */
export async function startBroker(options: { port?: number; account?: Account } = {}): Promise<Broker> {
  const jars = await brokerJars();
  const folder = await mkdtemp(join(tmpdir(), 'chainwarden-kafka-'));
  const [port = 0, controllerPort = 0, saslPort = 0] = await freePorts(options.port);
  const properties = join(folder, 'server.properties');
  await writeFile(
    properties,
    serverProperties({
      port,
      controllerPort,
      saslPort,
      data: join(folder, 'data'),
      account: options.account,
    }),
  );
  await format(jars, folder, properties);

  let node: ChildProcess | undefined;
  const end = async (word: string): Promise<void> => {
    const dying = node;
    node = undefined;
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = once(dying, 'exit');
    dying.stdin?.end(word);
    await gone;
  };
  const start = async (): Promise<void> => {
    const log = join(folder, 'broker.log');
    node = await launch(jars, properties, folder, log);
    await ready(`127.0.0.1:${port}`, node, log);
  };
  const stop = async (): Promise<void> => {
    await end('');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  await start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    brokers: [`127.0.0.1:${port}`],
    saslBrokers: [`127.0.0.1:${saslPort}`],
    stop,
    kill: () => end('keep\n'),
    async restart() {
      await end('keep\n');
      await start();
    },
  };
}

/**
 * The shell holds our end of a pipe: when this process ends, however it ends, the pipe closes, Java is killed and
 * its folder ($0) removed. The word `keep` kills and leaves the folder.
 * Ctrl-C, which reaches the whole group, is ours to handle. `wait` ends the shell when Java ends.
 */
const guard = `trap '' INT; exec 3<&0
"$@" </dev/null & java=$!
(read -r word <&3; kill -9 $java; [ "$word" = keep ] || rm -rf "$0") 2>/dev/null &
wait $java 2>/dev/null`;

async function launch(jars: Jars, properties: string, folder: string, log: string): Promise<ChildProcess> {
  const output = await open(log, 'a');
  const command = [
    java,
    ...javaFlags,
    '-Xms64m',
    '-Xmx256m',
    '-cp',
    jars.classpath,
    'kafka.Kafka',
    properties,
  ];
  const child = spawn('sh', ['-c', guard, folder, ...command], { stdio: ['pipe', output.fd, output.fd] });
  // Writing to a shell that is already gone is not news.
  child.stdin?.on('error', () => undefined);
  await once(child, 'spawn');
  await output.close();
  return child;
}

/** Formatting costs a JVM start, so its result is kept and copied: a fresh folder of a single node is always the same. */
async function format(jars: Jars, folder: string, properties: string): Promise<void> {
  const data = join(folder, 'data');
  const template = join(jars.folder, 'formatted');
  if (!existsSync(template)) {
    const id = randomBytes(16).toString('base64url');
    const tool = [
      '-Xmx64m',
      '-cp',
      jars.classpath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      id,
      '-c',
      properties,
    ];
    await run(java, [...javaFlags, ...tool]);
    await cp(data, `${template}.${process.pid}`, { recursive: true });
    // Another run may have been faster; its template is as good as ours.
    await rename(`${template}.${process.pid}`, template).catch(() =>
      rm(`${template}.${process.pid}`, { recursive: true, force: true }),
    );
    return;
  }
  await cp(template, data, { recursive: true });
}

/** Ready means that it answers a metadata request, not that its port is open. */
async function ready(address: string, child: ChildProcess, log: string): Promise<void> {
  const deadlineMs = Date.now() + READY_MS_MAX;
  while (child.exitCode === null && Date.now() < deadlineMs) {
    if (await answers(address)) return;
    await sleep(100);
  }
  const tail = (await readFile(log, 'utf8')).split('\n').slice(-20).join('\n');
  throw new Error(`the Kafka broker did not start; the end of its log:\n${tail}`);
}

async function answers(address: string): Promise<boolean> {
  const admin = new Kafka({ brokers: [address], retry: { retries: 0 }, logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    return brokers.length > 0 && controller !== null;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}

/** Ports that are free now. All are held until the last is known, so that no two are the same. */
async function freePorts(first = 0): Promise<number[]> {
  const servers = [first, 0, 0].map((port) => createServer().listen(port, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
