import { describe, expect, it } from 'vitest';
import { dashboardFiles, type Panel, questionsOf } from '../../support/grafana/dashboards.ts';
import { readProject, table } from '../../support/markdown.ts';

const files = dashboardFiles();

describe('the dashboards', () => {
  it('are four, each with a name of its own', () => {
    expect(files.map(({ dashboard }) => dashboard.uid).sort()).toEqual(
      ['chain', 'overview', 'pipeline', 'principal'].map((name) => `chainwarden-${name}`),
    );
    for (const { path, dashboard } of files)
      expect(path).toBe(`dashboards/grafana/${dashboard.uid.slice(12)}.json`);
    expect(new Set(files.map(({ dashboard }) => dashboard.title)).size).toBe(4);
  });

  it('are written as one edits them', () => {
    for (const { text } of files) expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });

  it('stand in the manual', () => {
    const listed = table(readProject('dashboards/README.md'), 'Dashboard').map(([name]) => name);
    expect([...listed].sort()).toEqual(
      files
        .map(({ path }) => path.slice('dashboards/'.length))
        .map((path) => `[\`${path.slice('grafana/'.length, -'.json'.length)}\`](${path})`),
    );
  });

  it('link only to one another', () => {
    const uids = files.map(({ dashboard }) => dashboard.uid);
    for (const { text } of files) {
      for (const [, uid] of text.matchAll(/"\/d\/([\w-]+)/g)) expect(uids).toContain(uid);
      expect(text).not.toMatch(/https?:\/\//);
    }
  });
});

describe.each(files)('$path', ({ dashboard, text }) => {
  const { panels, templating } = dashboard;
  const variables = templating.list.map(({ name }) => name);

  it('names no data source but by its variables', () => {
    const uids = [...text.matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    expect(new Set(uids.filter((uid) => uid !== dashboard.uid && !uid?.startsWith('${')))).toEqual(new Set());
    for (const uid of uids.filter((each) => each?.startsWith('${')))
      expect(variables).toContain(uid?.slice(2, -1));
  });

  it('has panels with ids of their own that do not overlap', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (const cell of cellsOf({ gridPos })) {
        expect(taken.get(cell), `${title} lies on it`).toBeUndefined();
        taken.set(cell, title);
      }
    }
  });

  it('asks by names of its own in each panel, as a series where it draws one', () => {
    for (const panel of panels) {
      const questions = questionsOf(panel);
      expect(new Set(questions.map(({ refId }) => refId)).size).toBe(questions.length);
      const type = panel.type === 'timeseries' ? 'timeseries' : 'table';
      for (const { queryType } of questions) expect(queryType).toBe(type);
      if (panel.type === 'nodeGraph') expect(questions.map(({ refId }) => refId)).toEqual(['nodes', 'edges']);
    }
  });

  it('asks for one tenant, and for no whole rows', () => {
    for (const panel of panels) {
      for (const { rawSql } of questionsOf(panel)) {
        expect(rawSql, panel.title).toMatch(
          /WHERE tenant = \$\{tenant:singlequote\}|^SELECT table, [^;]*\nFROM system\.parts\n/,
        );
        expect(rawSql.match(/^SELECT \*/)).toBeNull();
      }
    }
  });

  it('lets nothing that an attacker chose end a text', () => {
    const free = templating.list.filter(({ type }) => type === 'textbox').map(({ name }) => name);
    for (const name of free) {
      const uses = [...text.matchAll(new RegExp(`(.{0,30})\\$\\{${name}(:\\w+)?\\}(.{0,3})`, 'g'))];
      expect(uses.length).toBeGreaterThan(0);
      for (const [, before, format, after] of uses) {
        expect([before?.endsWith("decodeURLComponent('"), format, after?.startsWith("')")]).toEqual([
          true,
          ':percentencode',
          true,
        ]);
      }
    }
  });
});

function cellsOf({ gridPos: { x, y, w, h } }: Pick<Panel, 'gridPos'>): readonly string[] {
  return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
}
