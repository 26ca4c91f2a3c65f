import { writeFileSync } from 'node:fs';
import { run } from '../../src/cli/program.ts';
import { exitCodes } from '../../src/cli/terminal.ts';

/** Noon of the sample file's day. */
export const nowMs = Date.UTC(2026, 2, 3, 12);

/** Runs `npx chainwarden …` of a document in this process, with a redirection of its output, as a shell would. */
export async function runLine(line: string, cwd: string): Promise<string> {
  const [command = '', target] = line.split(' > ');
  const [npx, name, ...argv] = command.split(' ');
  if (npx !== 'npx' || name !== 'chainwarden') throw new Error(`not a command of ours: ${line}`);
  let out = '';
  let err = '';
  const home = process.cwd();
  process.chdir(cwd);
  try {
    const code = await run(argv, {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      env: {},
      clock: () => nowMs,
    });
    if (code !== exitCodes.done) throw new Error(`${line}: exit ${code}: ${err.slice(0, 500)}`);
    if (target !== undefined) writeFileSync(target, out);
    return out;
  } finally {
    process.chdir(home);
  }
}
