import { readFileSync } from 'node:fs';

/** The folder of package.json: one above the sources, two above what was built of them. */
function findRoot(): { readonly root: URL; readonly version: string } {
  for (const above of ['../', '../../']) {
    const root = new URL(above, import.meta.url);
    try {
      const { name, version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'chainwarden' && version !== undefined) return { root, version };
    } catch {
      // The next one has it.
    }
  }
  throw new Error('package.json is missing from this installation');
}

export const { root: packageRoot, version } = findRoot();
