import { readFileSync } from 'node:fs';

/** From package.json, which lies one folder above the sources and two above what was built of them. */
function readVersion(): string {
  for (const above of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'chainwarden' && version !== undefined) return version;
    } catch {
      // The other place has it.
    }
  }
  return '0.0.0';
}

export const version: string = readVersion();
