import { readdirSync, readFileSync } from 'node:fs';
import { Fixture } from '../../detectors/fixture.ts';

const root = new URL('../../detectors/', import.meta.url);

/** A detector's recorded stories, by file name without `.json`. */
export function readFixtures(detectorId: string): readonly { file: string; fixture: Fixture }[] {
  const folder = new URL(`${detectorId}/fixtures/`, root);
  return readdirSync(folder)
    .sort()
    .map((name) => ({
      file: name.replace(/\.json$/, ''),
      fixture: Fixture.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))),
    }));
}
