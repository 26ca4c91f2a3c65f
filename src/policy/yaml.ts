import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLMap,
} from 'yaml';
import { POLICY_BYTES_MAX, POLICY_DEPTH_MAX, POLICY_TOKENS_MAX } from '../domain/limits.ts';
import type { PolicyProblem } from '../domain/policy/document.ts';
import { type Path, pathText } from './path.ts';

/** YAML (or JSON, which is YAML) that was read, with the place of everything in it. */
export interface YamlText {
  readonly value: unknown;
  /** Where the member is, or the nearest one above it that exists. `key`: its name; `value`: what it holds. */
  place(path: Path, of: 'key' | 'value'): Pick<PolicyProblem, 'line' | 'column'>;
}

export type YamlReading =
  | { readonly text: YamlText }
  | { readonly problems: readonly PolicyProblem[]; readonly text?: undefined };

interface Report {
  (offset: number, path: Path, message: string): void;
  lineOf(offset: number): number;
}

/**
 * Reads the part of YAML that says the same to everybody: one document, no anchors, aliases or tags, no name twice.
 * What is signed and reviewed is then what is in force, line by line.
 */
export function readYaml(source: string): YamlReading {
  if (Buffer.byteLength(source) > POLICY_BYTES_MAX) {
    return { problems: [wholeText(`the document is larger than ${POLICY_BYTES_MAX / 1024} KiB`)] };
  }
  const lines = new LineCounter();
  const problems: PolicyProblem[] = [];
  const report: Report = (offset, path, message) => {
    problems.push({ ...placeOf(lines, offset), path: pathText(path), message });
  };
  report.lineOf = (offset) => placeOf(lines, offset).line;
  const document = compose(source, lines, report);
  if (document === undefined) return { problems };
  for (const error of document.errors) report(error.pos[0], [], sentence(error.message));
  if (problems.length > 0) return { problems };
  if (document.contents === null || isEmpty(document.contents)) {
    return { problems: [wholeText('the document is empty; {} is the policy of all defaults')] };
  }
  refuseTricks(document.contents, [], report);
  if (problems.length > 0) return { problems };
  return { text: { value: document.toJS({ maxAliasCount: 0 }), place: placer(document, lines) } };
}

/** The tree of the one document, or undefined after saying why there is none. */
function compose(source: string, lines: LineCounter, report: Report): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  let count = 0;
  lines.addNewLine(0);
  // Step by step, because composing calls itself for every level: deep nesting ends a process, and cannot be caught.
  for (const lexeme of new Lexer().lex(source)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    if (parser.stack.length > POLICY_DEPTH_MAX || count > POLICY_TOKENS_MAX) {
      const what = count > POLICY_TOKENS_MAX ? 'holds more than can be read' : 'is nested too deeply';
      report(parser.offset, [], `the document ${what}`);
      return undefined;
    }
  }
  tokens.push(...parser.end());
  const composer = new Composer({
    lineCounter: lines,
    // Ours is linear and says where the other one is.
    uniqueKeys: false,
    schema: 'core',
    version: '1.2',
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, second] = composer.compose(tokens, true, source.length);
  if (second !== undefined) {
    report(second.range[0], [], 'a second document begins here; a policy is one');
    return undefined;
  }
  if (document?.directives?.yaml.explicit === true) {
    report(0, [], 'directives are not read: a policy is YAML 1.2');
    return undefined;
  }
  return document as Document.Parsed | undefined;
}

function refuseTricks(node: Node | null, path: Path, report: Report): void {
  if (node === null) return;
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node) || ('anchor' in node && node.anchor !== undefined)) {
    report(offset, path, 'anchors and aliases are not read: write it out');
    return;
  }
  if (node.tag !== undefined) report(offset, path, 'tags are not read');
  if (isSeq(node)) {
    node.items.forEach((item, index) => {
      refuseTricks(item as Node | null, [...path, index], report);
    });
  }
  if (!isMap(node)) return;
  const seen = new Map<string, number>();
  for (const { key, value } of node.items) {
    const at = (key as Node | null)?.range?.[0] ?? offset;
    if (!isScalar(key) || key.value === null || key.anchor !== undefined || key.tag !== undefined) {
      report(at, path, 'a name must be plain text');
      continue;
    }
    const name = String(key.value);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, at);
    else
      report(
        at,
        [...path, name],
        `${JSON.stringify(name)} is here twice; first on line ${report.lineOf(first)}`,
      );
    refuseTricks(value as Node | null, [...path, name], report);
  }
}

function placer(document: Document.Parsed, lines: LineCounter): YamlText['place'] {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  function pairOf(map: YAMLMap, name: string): Pair | undefined {
    let index = indexes.get(map);
    if (index === undefined) {
      index = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      indexes.set(map, index);
    }
    return index.get(name);
  }

  return (path, of) => {
    let node = document.contents as Node | null;
    let offset = node?.range?.[0] ?? 0;
    for (const [index, member] of path.entries()) {
      const isLast = index === path.length - 1;
      if (isSeq(node)) node = (node.items[Number(member)] as Node | undefined) ?? null;
      else if (isMap(node)) {
        const pair = pairOf(node, String(member));
        if (pair === undefined) break;
        const key = pair.key as Node;
        const value = pair.value as Node | null;
        offset = key.range?.[0] ?? offset;
        node = value;
        // What has no value, or an empty one, is where its name is.
        if (value === null || isEmpty(value) || (isLast && of === 'key')) continue;
      } else break;
      if (node === null) break;
      offset = node.range?.[0] ?? offset;
    }
    return placeOf(lines, offset);
  };
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && node.source === '';
}

function placeOf(lines: LineCounter, offset: number): Pick<PolicyProblem, 'line' | 'column'> {
  const { line, col } = lines.linePos(offset);
  // An empty text has no lines.
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

export function wholeText(message: string): PolicyProblem {
  return { line: 1, column: 1, path: '', message };
}

function sentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
