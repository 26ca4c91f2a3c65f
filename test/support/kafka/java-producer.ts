import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { javaFlags } from './broker.ts';
import { brokerJars, java } from './classpath.ts';

/** Kafka's own console producer: a client that shares no code with ours. Lines are `key:value`. */
export async function produceWithJava(
  brokers: readonly string[],
  topic: string,
  compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd',
  lines: readonly string[],
): Promise<void> {
  const { classpath } = await brokerJars();
  const tool = ['-Xmx64m', '-cp', classpath, 'org.apache.kafka.tools.ConsoleProducer'];
  const target = [
    '--bootstrap-server',
    brokers.join(','),
    '--topic',
    topic,
    '--compression-codec',
    compression,
  ];
  // A pause before sending lets the lines share one batch, so that there is something to compress.
  const settings = [
    '--property',
    'parse.key=true',
    '--property',
    'key.separator=:',
    '--producer-property',
    'linger.ms=200',
  ];
  const child = spawn(java, [...javaFlags, ...tool, ...target, ...settings], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(`${lines.join('\n')}\n`);
  const [code] = await once(child, 'exit');
  // Its complaints go to the log and its exit code stays 0.
  const complaints = (await said).join('').match(/^.*(ERROR|Exception).*$/gm) ?? [];
  if (code !== 0 || complaints.length > 0)
    throw new Error(`the Java producer failed: ${complaints.join('\n')}`);
}
