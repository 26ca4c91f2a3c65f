import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFiles, readProject, root } from '../support/markdown.ts';

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { name: string };
    }[];
  };
}

const config = join(root, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(config) as { forbidden: { name: string }[] };

function cruise(cwd: string): Cruise {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', config, '--output-type', 'json', 'src', 'detectors', 'dashboards'];
  try {
    return JSON.parse(
      execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64e6 }),
    ) as Cruise;
  } catch (error) {
    // It ends with the number of violations, after it has printed them.
    const { stdout } = error as { stdout?: string };
    if (stdout === undefined || stdout === '') throw error;
    return JSON.parse(stdout) as Cruise;
  }
}

describe('the directions of imports', () => {
  it('are kept, by every module there is', () => {
    const { modules, summary } = cruise(root);
    const seen = modules.map(({ source }) => source);
    // With a compiler that it does not know, dependency-cruiser sees nothing and is content.
    expect(seen.filter((path) => path.startsWith('src/')).length).toBeGreaterThan(30);
    const mine = projectFiles('src/*.ts', 'detectors/*.ts', 'dashboards/*.ts');
    expect(mine.filter((path) => !seen.includes(path))).toEqual([]);
    expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });

  describe('broken on purpose', () => {
    // Below the project, so that packages resolve; version control ignores the folder.
    const planted = join(root, '.cache', `layers-${process.pid}`);
    afterAll(() => rmSync(planted, { recursive: true, force: true }));

    it('are noticed, each rule by its name', () => {
      const stages = forbidden.flatMap(({ name }) => /^(\w+)-stands-alone$/.exec(name)?.[1] ?? []);
      expect(stages.length).toBeGreaterThan(8);
      const importing = (...paths: string[]): string => paths.map((path) => `import '${path}';\n`).join('');
      const files: Record<string, string> = {
        'tsconfig.json': '{}',
        'src/domain/part.ts': importing('../store/part.ts'),
        'detectors/d/detector.ts': importing('../../src/alert/free.ts'),
        'src/alert/free.ts': importing('./round.ts'),
        'src/alert/round.ts': importing('./free.ts'),
        'src/alert/lonely.ts': 'export const lonely = 1;\n',
        'src/alert/greedy.ts': importing('@clickhouse/client', 'kafkajs'),
        'dashboards/console/part.ts': importing('../../src/store/part.ts'),
        'dashboards/console/allowed.ts': importing('../../src/serve/allowed.ts', '../../src/domain/part.ts'),
        'src/observe/allowed.ts': importing('./part.ts'),
        'src/serve/allowed.ts': importing('../observe/allowed.ts', '../domain/part.ts'),
      };
      for (const stage of stages) {
        files[`src/${stage}/part.ts`] = importing(
          stage === 'alert' ? '../store/part.ts' : '../alert/free.ts',
        );
      }
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(planted, path)), { recursive: true });
        writeFileSync(join(planted, path), text);
      }
      const { violations } = cruise(planted).summary;
      const caught = new Set(violations.map(({ rule }) => rule.name));
      expect([...caught].sort()).toEqual(forbidden.map(({ name }) => name).sort());
      expect(violations.filter(({ from }) => from.endsWith('/allowed.ts'))).toEqual([]);
    });
  });
});

describe('SQL', () => {
  const statement =
    /\b(?:SELECT\b[\s\S]*\bFROM|INSERT INTO|(?:CREATE|ALTER|DROP|OPTIMIZE|TRUNCATE) (?:TABLE|VIEW|DATABASE)|DELETE FROM)\b/;

  it('is in the store and nowhere else', () => {
    const places = projectFiles('src/*.ts', 'detectors/*.ts', 'dashboards/*.ts').filter((path) =>
      literals(path).some((t) => statement.test(t)),
    );
    expect(places.filter((path) => !path.startsWith('src/store/'))).toEqual([]);
    expect(places.length).toBeGreaterThan(5);
  });
});

/** Strings and templates of a file, with the expressions left out. */
function literals(path: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('?'));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readProject(path), ts.ScriptTarget.ES2023));
  return found;
}
