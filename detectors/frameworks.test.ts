import { describe, expect, it } from 'vitest';
import { frameworks } from './frameworks.ts';

const least = {
  nhi: [5],
  asi: [3],
  attack: ['T1550.001'],
  atlas: ['AML.T0053'],
  csf: ['PR.AA-05'],
  tenets: ['session'],
} as const;

describe('labels of a detector', () => {
  it('names every framework with its version', () => {
    expect(frameworks(least)).toEqual([
      { framework: 'OWASP NHI Top 10 2025', corrected: 'NHI5:2025 Overprivileged NHI' },
      {
        framework: 'OWASP Top 10 for Agentic Applications 2026',
        corrected: 'ASI03 Identity and Privilege Abuse',
      },
      {
        framework: 'NIST CSF 2.0',
        corrected: 'PR.AA-05 permissions follow a policy, least privilege and separation of duties',
      },
      {
        framework: 'NIST SP 800-207',
        corrected: 'Tenets: access is granted per session',
        note: 'SP 800-207 has tenets without identifiers.',
      },
      { framework: 'MITRE ATT&CK v18.1', corrected: 'T1550.001 Application Access Token' },
      { framework: 'MITRE ATLAS v5.6', corrected: 'AML.T0053 AI Agent Tool Invocation' },
    ]);
  });

  it.each([
    ['P1', ['NHI-04']],
    ['P2', ['PR.AC-4']],
    ['P3', ['NHI-01', 'A-04', 'SC-3']],
    ['P4', ['AGENT-04', 'PR.AC-4']],
    ['P5', ['NHI-02', 'PR.AC-4']],
  ] as const)('shows what %s prints beside what it means', (page, printed) => {
    const all = frameworks({ ...least, pages: [page] });
    expect(all.flatMap(({ asPrinted }) => asPrinted ?? [])).toEqual(printed);
    for (const { asPrinted, note } of all) if (asPrinted !== undefined) expect(note).toBeTruthy();
  });

  it('shows a label once for each thing that is printed for it', () => {
    const of = (pages: readonly ('P1' | 'P2' | 'P4' | 'P5')[]) =>
      frameworks({ ...least, nhi: [2, 5], pages }).map(({ asPrinted, corrected }) => [asPrinted, corrected]);
    expect(of(['P2', 'P4', 'P5']).slice(0, 2)).toEqual([
      ['NHI-02', 'NHI2:2025 Secret Leakage'],
      ['NHI-02', 'NHI5:2025 Overprivileged NHI'],
    ]);
    expect(of(['P1', 'P5']).slice(1, 3)).toEqual([
      ['NHI-04', 'NHI5:2025 Overprivileged NHI'],
      ['NHI-02', 'NHI5:2025 Overprivileged NHI'],
    ]);
  });

  it('does not put a print beside a label that it does not mean', () => {
    const [nhi] = frameworks({ ...least, nhi: [10], pages: ['P3'] });
    expect(nhi).toEqual({ framework: 'OWASP NHI Top 10 2025', corrected: 'NHI10:2025 Human Use of NHI' });
  });

  it('puts all tenets into one label', () => {
    const tenets = frameworks({ ...least, tenets: ['policy', 'evaluated'] })[3];
    expect(tenets?.corrected).toBe(
      'Tenets: access is decided by dynamic policy; all access is evaluated again before it is allowed',
    );
  });
});
