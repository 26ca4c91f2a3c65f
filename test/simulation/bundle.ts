import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Mutation } from './mutation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The simulation with everything it drives as one file, at full speed in a worker thread. A mutation is worked in
 * while the source is read. Resolves with the path.
 */
export async function bundle(mutation?: Mutation): Promise<string> {
  const outfile = join(root, '.cache/simulation', `${mutation?.name ?? 'sound'}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['test/simulation/worker.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'silent',
    plugins: mutation === undefined ? [] : [planting(mutation)],
  });
  return outfile;
}

function planting({ name, file, search, replace }: Mutation): Plugin {
  return {
    name,
    setup(setup) {
      const path = join(root, file);
      setup.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const source = await readFile(path, 'utf8');
        if (source.split(search).length !== 2) throw new RangeError(`${name}: the text is not there once`);
        return { contents: source.replace(search, () => replace), loader: 'ts' };
      });
    },
  };
}
