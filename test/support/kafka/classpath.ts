import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
const cache = fileURLToPath(new URL('../../../.cache/kafka/', import.meta.url));
const resolver = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';

/** The Java that JAVA_HOME names, else the one on the path. */
const home = process.env['JAVA_HOME'];
export const java: string = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');

const needed =
  'Kafka tests need a broker: install a JDK 17 and Maven, or set KAFKA_BROKERS, ' +
  'or set CHAINWARDEN_TEST_KAFKA=skip to skip them';

export interface Jars {
  readonly classpath: string;
  /** A folder of our own that goes with exactly this set of jars. */
  readonly folder: string;
}

/** The broker's jars. Maven runs once per version of the pom; after that the answer comes from `.cache`. */
export async function brokerJars(): Promise<Jars> {
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cache, hash);
  const file = join(folder, 'classpath');
  await mkdir(folder, { recursive: true });
  await requireTool(java, ['-version']);

  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '' && known.split(delimiter).every((jar) => existsSync(jar)))
    return { classpath: known, folder };

  await requireTool('mvn', ['-v']);
  // Written aside and renamed: a run that is interrupted, or two at once, never leave half a file.
  const draft = `${file}.${process.pid}`;
  await run('mvn', ['-q', '-B', '-f', pom, resolver, `-Dmdep.outputFile=${draft}`]).catch(
    (cause: unknown) => {
      throw new Error('Kafka tests need a broker, and Maven could not fetch its jars', { cause });
    },
  );
  const classpath = (await readFile(draft, 'utf8')).trim();
  await writeFile(draft, classpath);
  await rename(draft, file);
  return { classpath, folder };
}

async function requireTool(tool: string, args: string[]): Promise<void> {
  await run(tool, args).catch((cause: unknown) => {
    throw new Error(`${needed} (${tool} does not run here)`, { cause });
  });
}
