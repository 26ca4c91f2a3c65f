import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectFiles, readProject } from '../support/markdown.ts';

const FILE_LINES_MAX = 300;
/** A test file is a list: it may be longer. */
const TEST_LINES_MAX = 400;
/** Lines of a function without those of the functions inside it, which count for themselves. */
const FUNCTION_LINES_MAX = 70;
const LINE_CHARS_MAX = 120;
const TEST_LINE_CHARS_MAX = 140;

/** What is longer than it should be, and may only become shorter. Take out what has become short enough. */
const longFiles: Readonly<Record<string, number>> = {
  'test/integration/store/suite.ts': 771,
};
const longFunctions: Readonly<Record<string, number>> = {};
/** Comments that run over; code that does so holds one long literal. */
const longLines: Readonly<Record<string, number>> = {
  'src/domain/effect.ts': 124,
  'src/respond/guard.ts': 126,
  'src/serve/alert-life.ts': 122,
  'src/serve/auth/access.ts': 121,
  'src/store/queries/counts.ts': 123,
  'src/store/rows/event.ts': 121,
};

const code = projectFiles('*.ts', '*.mjs', '*.cjs');
const isTest = (path: string): boolean =>
  path.endsWith('.test.ts') || path === 'test/integration/store/suite.ts';

const sources = new Map(
  code.map((path) => [path, ts.createSourceFile(path, readProject(path), ts.ScriptTarget.ES2023, true)]),
);

interface Measured {
  readonly name: string;
  readonly lines: number;
}

/** Every function of a file with its own lines. */
function functionsOf(source: ts.SourceFile): readonly Measured[] {
  const found: Measured[] = [];
  const span = (node: ts.Node): number => {
    const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
    return line(node.end) - line(node.getStart(source)) + 1;
  };
  /** Lines that functions take below a node. */
  const visit = (node: ts.Node): number => {
    let inner = 0;
    ts.forEachChild(node, (child) => {
      inner += visit(child);
    });
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return inner;
    const lines = span(node);
    // A function on one line shares that line with its surroundings.
    found.push({ name: nameOf(node, source), lines: Math.max(1, lines - inner) });
    return lines === 1 ? 0 : lines - 1;
  };
  visit(source);
  return found;
}

function nameOf(node: ts.Node, source: ts.SourceFile): string {
  const named = 'name' in node ? node : node.parent;
  const name = 'name' in named ? (named.name as ts.Node | undefined) : undefined;
  return name?.getText(source) ?? 'anonymous';
}

/** Whether a long line is long because of one text that cannot be broken: a string, a template or an expression. */
function holdsLongLiteral(line: string): boolean {
  const longest = line.match(/'[^']*'|"[^"]*"|`[^`]*`?|\/(?![*/]).+\//g)?.map((text) => text.length) ?? [];
  return !/^\s*(?:\*|\/\/|\/\*)/.test(line) && Math.max(0, ...longest) > 40;
}

/** Whether a line is markup of a page: where it is broken there is a space on the page. */
function isMarkup(path: string, line: string): boolean {
  return path.startsWith('dashboards/console/') && /<\/?[a-z][^>]*>|^[^'`]*="[^"]*">/.test(line);
}

function aboveRatchet(
  measured: ReadonlyMap<string, number>,
  max: (key: string) => number,
): readonly string[] {
  return [...measured].filter(([key, value]) => value > max(key)).map(([key, value]) => `${key}: ${value}`);
}

/** Entries of a ratchet that nothing needs any more. */
function slack(
  ratchet: Readonly<Record<string, number>>,
  measured: ReadonlyMap<string, number>,
  max: number,
): string[] {
  return Object.keys(ratchet).filter((key) => (measured.get(key) ?? 0) <= max);
}

describe('the code', () => {
  it('is looked at', () => {
    expect(code.length).toBeGreaterThan(200);
  });

  it('has short files', () => {
    const lines = new Map(code.map((path) => [path, readProject(path).split('\n').length - 1]));
    const max = (path: string): number => longFiles[path] ?? (isTest(path) ? TEST_LINES_MAX : FILE_LINES_MAX);
    expect(aboveRatchet(lines, max)).toEqual([]);
    expect(slack(longFiles, lines, FILE_LINES_MAX)).toEqual([]);
  });

  it('has short functions', () => {
    const lines = new Map<string, number>();
    for (const [path, source] of sources) {
      if (isTest(path)) continue;
      for (const { name, lines: own } of functionsOf(source)) {
        const key = `${path} ${name}`;
        lines.set(key, Math.max(own, lines.get(key) ?? 0));
      }
    }
    expect(lines.size).toBeGreaterThan(500);
    expect(aboveRatchet(lines, (key) => longFunctions[key] ?? FUNCTION_LINES_MAX)).toEqual([]);
    expect(slack(longFunctions, lines, FUNCTION_LINES_MAX)).toEqual([]);
  });

  it('measures functions without those inside them', () => {
    const body = 'work();\n'.repeat(50);
    const text = `function outer() {\n${body}const inner = () => {\n${body}};\n}\n`;
    const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2023, true);
    expect(functionsOf(source)).toEqual([
      { name: 'inner', lines: 52 },
      { name: 'outer', lines: 53 },
    ]);
  });

  it('has short lines', () => {
    const longest = new Map<string, number>();
    // The configuration of a tool is a table.
    for (const path of code.filter((each) => !each.startsWith('.'))) {
      const lines = readProject(path)
        .split('\n')
        .filter((line) => !holdsLongLiteral(line) && !isMarkup(path, line));
      longest.set(path, Math.max(...lines.map((line) => line.length)));
    }
    expect(
      aboveRatchet(
        longest,
        (path) => longLines[path] ?? (path.startsWith('test/') ? TEST_LINE_CHARS_MAX : LINE_CHARS_MAX),
      ),
    ).toEqual([]);
    expect(slack(longLines, longest, LINE_CHARS_MAX)).toEqual([]);
  });

  it('does not print past its terminal or its log', () => {
    const printing = [...sources].flatMap(([path, source]) => {
      if (path.startsWith('test/')) return [];
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (ts.isPropertyAccessExpression(node) && node.expression.getText(source) === 'console')
          found.push(path);
        ts.forEachChild(node, visit);
      };
      visit(source);
      return found;
    });
    expect(printing).toEqual([]);
  });
});

describe('every file', () => {
  const self = 'test/unit/tidy.test.ts';
  const texts = projectFiles(':!*.gz', ':!package-lock.json', ':!.ci').filter((path) => path !== self);
  const banned: readonly (readonly [string, RegExp])[] = [
    ['a task for later', /\b(?:TODO|FIXME|XXX|HACK)\b/],
    ['a place on one machine', /(?:^|[\s"'`(=])\/(?:work|root|home|Users)\/|\.\.\/shared\//],
    [
      'a registry',
      /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|repo1?\.maven\.(?:org|apache\.org)|pypi\.org)\b/,
    ],
    ['how it was made', /\b(?:subagent|helper session|language model|prompted|the brief|issues? #\d)\b/i],
  ];
  /** Files that speak of such a thing for a reason. */
  const excused: Readonly<Record<string, readonly string[]>> = {};

  it.each(banned)('is free of %s', (what, pattern) => {
    const found = texts.filter((path) => pattern.test(readProject(path)) && !excused[what]?.includes(path));
    expect(found).toEqual([]);
  });

  it('ends with a line end and holds no blank ends of lines', () => {
    const prose = texts.filter((path) => /\.(?:ts|mjs|cjs|md|sql|yml|xml)$/.test(path));
    expect(prose.filter((path) => !/[^\n]\n$/.test(readProject(path)))).toEqual([]);
    expect(prose.filter((path) => /[ \t]$/m.test(readProject(path)))).toEqual([]);
  });
});
