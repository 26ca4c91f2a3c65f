#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { run } from './program.ts';

/** Synchronous, so that nothing is lost when the process ends; a reader that went away ends it quietly. */
function writer(descriptor: 1 | 2): (text: string) => void {
  return (text) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(descriptor, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EPIPE') process.exit(0);
        if (code !== 'EAGAIN') throw error;
      }
    }
  };
}

const code = await run(process.argv.slice(2), {
  out: writer(1),
  err: writer(2),
  env: process.env,
  clock: () => Date.now(),
});
if (code !== 0) process.exitCode = code;
