import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actionOn,
  alertAt,
  beganMs,
  detailOf,
  requestHop,
  responseTo,
  tokenHop,
  wideChain,
} from '../../../test/support/chain-detail.ts';
import type { ChainDetail } from './detail.ts';
import { drawGraph, type GraphLinks } from './draw-graph.ts';
import { drawTimeline } from './draw-timeline.ts';
import { fileStyle } from './file-style.ts';
import { graphOf } from './graph.ts';
import { createPlacer, place } from './layout.ts';
import { mermaidOf } from './mermaid.ts';
import { timelineOf } from './timeline.ts';

const options = { atMs: beganMs + 800_000, unfolded: new Map<string, number>() };
const links: GraphLinks = {
  principal: ({ id }) => `/principals/${encodeURIComponent(id)}`,
  token: (ref) => `/tokens/${encodeURIComponent(ref)}`,
  hop: ({ key }) => `/tokens/${encodeURIComponent(key)}`,
  unfold: ({ id }) => `?open=${id}`,
};

const hostile = [
  '"><script>alert(1)</script>',
  "' onload=alert(1) x='",
  ']]></style><script>alert(1)</script>',
  '<!--<![CDATA[&lt;&#60;',
  'javascript:alert(1)',
  '`"]);click n0 "javascript:alert(1)"\n%%{init: {"securityLevel": "loose"}}%%',
  'end\nsubgraph x\n  style n0 fill:#fff',
  '\u202egnp.exe\u0000\u0007\ufeff',
  `z${'\u0300'.repeat(200)}`,
  '🦊'.repeat(300),
];

/** A chain in which every string is somebody's attempt. */
function hostileChain(text: string): ChainDetail {
  const who = { id: text, kind: 'agent', name: text, owner: text } as const;
  const top = requestHop({ label: text, key: `txn:${text}`, to: { ...who, kind: 'human' } });
  const hop = tokenHop(1, top.key, {
    ...{ to: who, from: who, label: text, scope: [text], addedScope: [text, text], audience: [text] },
    ...{ grant: text, tokenKind: text, token: { ref: text, iss: text, jti: text } },
  });
  const detail = detailOf([top, hop], {
    alerts: [alertAt(hop, { title: text, detector: text, nextStep: text })],
    actions: { items: [actionOn(hop, 1, { system: text, action: text, resource: text, tool: text })] },
    responses: [responseTo(hop, { target: { kind: 'token', label: text, token: hop.token } })],
  });
  return { ...detail, chain: { ...detail.chain, id: text, initiator: who } };
}

function drawn(detail: ChainDetail, shape: 'page' | 'file' = 'page'): string {
  const graph = graphOf(detail, options);
  const more = shape === 'page' ? { links } : { style: fileStyle };
  return String(drawGraph({ graph, layout: place(graph), chainId: detail.chain.id, ...more }));
}

function timeline(detail: ChainDetail): string {
  const line = timelineOf(detail, graphOf(detail, options), options);
  return String(drawTimeline({ timeline: line, chainId: detail.chain.id, hopLink: () => '#hop-0' }));
}

/** What a reader of XML would make of it: every tag closes, and only tags and attributes of ours are there. */
function tagsOf(markup: string): ReadonlySet<string> {
  const open: string[] = [];
  const names = new Set<string>();
  const pattern = /<(\/?)([a-z]+)((?:\s+[a-zA-Z][\w-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let match = pattern.exec(markup); match !== null; match = pattern.exec(markup)) {
    end = pattern.lastIndex;
    const [, isEnd, name, attributes, isEmpty] = match;
    if (name === undefined) continue;
    names.add(name);
    for (const [, attribute] of (attributes ?? '').matchAll(/\s([a-zA-Z][\w-]*)="[^"]*"/g))
      names.add(`@${attribute}`);
    if (isEnd === '/') expect(open.pop()).toBe(name);
    else if (isEmpty !== '/') open.push(name);
  }
  expect({ end, open }).toEqual({ end: markup.length, open: [] });
  return names;
}

describe('a drawing', () => {
  it('is well formed and holds no tag or attribute but its own, whatever the names are', () => {
    const plain = detailOf(hostileChain('plain').hops, hostileChain('plain'));
    for (const draw of [
      (detail: ChainDetail) => drawn(detail),
      timeline,
      (d: ChainDetail) => drawn(d, 'file'),
    ]) {
      const expected = tagsOf(draw(plain));
      expect(expected).not.toContain('script');
      expect(expected).not.toContain('@style');
      for (const text of hostile) expect(tagsOf(draw(hostileChain(text)))).toEqual(expected);
    }
  });

  it('stays well formed for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const detail = hostileChain(text);
        expect(tagsOf(drawn(detail))).not.toContain('script');
        expect(tagsOf(timeline(detail))).not.toContain('script');
      }),
      { numRuns: 30 },
    );
  });

  it('says all of every node in its own text, in the order from the top down', () => {
    const markup = drawn(wideChain(30));
    expect(markup).toContain('<title>worker-21: token j21, added + crm:write, added + crm:admin');
    const rows = [...markup.matchAll(/<rect class="box" x="[^"]+" y="([^"]+)"/g)].map(([, y]) => Number(y));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  it('leads to tokens, principals and more of a group; a file leads nowhere', () => {
    const page = drawn(wideChain(500));
    expect(page).toMatch(/<a href="\/tokens\/[^"]+"><rect[^>]+><text><tspan[^>]+>token j350 </);
    expect(page).toMatch(
      /<a class="name" href="\/principals\/agent%3Ao"><rect[^>]+><text><tspan[^>]+>Orchestrator </,
    );
    expect(page).toMatch(/<a href="\?open=[\w-]{10}"><rect[^>]+><text><tspan[^>]+>\+ 140 more </);
    const file = drawn(wideChain(500), 'file');
    expect(file).not.toContain('href');
    expect(file).toContain('<style>text,tspan{');
  });

  it('is bounded, however large the chain is', () => {
    expect(drawn(wideChain(10_000)).length).toBeLessThan(60_000);
    expect(timeline(wideChain(10_000)).length).toBeLessThan(150_000);
  });
});

describe('the layout', () => {
  it('lets no two nodes overlap, and draws every line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(5), (size, spread) => {
        const graph = graphOf(
          wideChain(size, (n) =>
            spread === 0 ? `worker-${n}` : String.fromCharCode(97 + (n % (spread * 5))),
          ),
          options,
        );
        const { boxes, lines, width, height } = place(graph);
        const all = [...boxes.values()];
        expect(all).toHaveLength(graph.nodes.length);
        expect(lines).toHaveLength(graph.edges.length);
        for (const [index, a] of all.entries()) {
          expect(a.x >= -1 && a.y >= -1 && a.x + a.width <= width + 1 && a.y + a.height <= height + 1).toBe(
            true,
          );
          for (const b of all.slice(index + 1)) {
            const apart =
              a.x + a.width <= b.x + 0.01 ||
              b.x + b.width <= a.x + 0.01 ||
              a.y + a.height <= b.y + 0.01 ||
              b.y + b.height <= a.y + 0.01;
            expect(apart).toBe(true);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('is remembered by what is placed, for so many drawings and no more', () => {
    const placer = createPlacer(2);
    const graphs = [10, 20, 30].map((size) => graphOf(wideChain(size), options));
    const [small, middle, large] = graphs.map((graph) => placer(graph));
    const again = graphOf(wideChain(30), { ...options, atMs: beganMs });
    expect(placer(again)).toBe(large);
    expect(placer(graphOf(wideChain(20), options))).toBe(middle);
    expect(placer(graphOf(wideChain(10), options))).not.toBe(small);
  });
});

describe('Mermaid text', () => {
  it('is the same graph, in lines that are all ours', () => {
    const text = mermaidOf(graphOf(wideChain(8), options), 'chn_1');
    expect(text.split('\n').slice(0, 4)).toEqual([
      '%% Chain chn_1',
      'flowchart TD',
      '  n0(["Maya Lindqvist<br/>transaction t#45;1"])',
      '  n1["Orchestrator<br/>token j0<br/>live until 09#58;15#58;00"]',
    ]);
    expect(text).toContain('n0 -->|"1 issuer"| n1');
    expect(text).toMatch(/ {2}class n\d broken\n$/);
  });

  it('lets no name end a label, add a line or bring markup', () => {
    const ours =
      /^(?:%% Chain [\w-]*|flowchart TD| {2}n\d+(?:\(\[|\[\(|\[)"(?:[\p{L}\p{N} ]|#\d+;|<br\/>)*"(?:\]\)|\)\]|\])| {2}n\d+ -?-\.?->(?:\|"(?:[\p{L}\p{N} ]|#\d+;)*"\|)? n\d+| {2}class(?:Def broken stroke:#b3261e,stroke-width:3px| [n\d,]+ broken)|)$/u;
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 60 })),
        (name) => {
          const detail = hostileChain(name);
          const lines = mermaidOf(graphOf(detail, options), detail.chain.id).split('\n');
          expect(lines.filter((line) => !ours.test(line))).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });
});
