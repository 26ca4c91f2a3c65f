import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program as `npm run build` leaves it. */
export const builtProgram: string = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));

/** Vitest global setup: what is tested as a process is what is shipped, built once per run from the present source. */
export async function setup(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build', '--silent'], { cwd: root }).catch(
    ({ stdout }: { stdout?: string }) => {
      throw new Error(`the build failed: ${stdout ?? ''}`);
    },
  );
}
