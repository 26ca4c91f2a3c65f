import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { WEAK_LEVEL } from './words.ts';

const LABEL_CHARS_MAX = 120;

/** The graph as text for whatever draws Mermaid: tickets, wikis, notes. Names in it are text and nothing else. */
export function mermaidOf({ nodes, edges }: Graph, chainId: string): string {
  const broken = nodes.filter((node) => node.broken).map(({ id }) => id);
  return [
    `%% Chain ${chainId.replace(/[^\w-]/g, '_')}`,
    'flowchart TD',
    ...nodes.map((node) => `  ${node.id}${shaped(node)}`),
    ...edges.map((edge) => `  ${edge.from} ${arrowOf(edge)} ${edge.to}`),
    '  classDef broken stroke:#b3261e,stroke-width:3px',
    ...(broken.length === 0 ? [] : [`  class ${broken.join(',')} broken`]),
    '',
  ].join('\n');
}

function shaped(node: GraphNode): string {
  const label = `"${[node.name, ...node.lines.map(({ text }) => text)].map(quoted).join('<br/>')}"`;
  switch (node.kind) {
    case 'person':
      return `([${label}])`;
    case 'system':
      return `[(${label})]`;
    default:
      return `[${label}]`;
  }
}

function arrowOf({ kind, level, label }: GraphEdge): string {
  const isDashed =
    kind === 'alternative' || kind === 'action' || (level !== undefined && level >= WEAK_LEVEL);
  const arrow = isDashed ? '-.->' : '-->';
  return label === '' ? arrow : `${arrow}|"${quoted(label)}"|`;
}

/**
 * Letters, digits and blanks stay; all else becomes the number of its character. No name can end a label, begin a
 * link, a class, a directive or markup, or be read as Markdown.
 */
function quoted(text: string): string {
  const characters = [...text].slice(0, LABEL_CHARS_MAX);
  const cut = characters.length < text.length && characters.length === LABEL_CHARS_MAX ? ['…'] : [];
  return [...characters, ...cut]
    .map((character) => {
      if (/[\p{L}\p{N} ]/u.test(character)) return character;
      if (/[\p{C}\p{Z}]/u.test(character)) return ' ';
      return `#${character.codePointAt(0)};`;
    })
    .join('');
}
