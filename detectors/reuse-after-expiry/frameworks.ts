import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  {
    framework: 'OWASP NHI Top 10 2025',
    asPrinted: 'NHI-02',
    corrected: 'NHI9:2025 NHI Reuse',
    note: 'NHI2 is Secret Leakage and fits exposed secrets only.',
  },
  { framework: 'OWASP NHI Top 10 2025', corrected: 'NHI7:2025 Long-Lived Secrets' },
  { framework: 'OWASP NHI Top 10 2025', corrected: 'NHI4:2025 Insecure Authentication' },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    asPrinted: 'AGENT-04',
    corrected: 'ASI03 Identity and Privilege Abuse',
    note: 'AGENT-04 is not an OWASP identifier.',
  },
  {
    framework: 'NIST CSF 2.0',
    asPrinted: 'PR.AC-4',
    corrected: 'PR.AA-05',
    note: 'PR.AC-4 belongs to CSF 1.1; PR.AA-05 is its successor.',
  },
  {
    framework: 'NIST CSF 2.0',
    corrected: 'PR.AA-04',
  },
  {
    framework: 'NIST SP 800-207',
    corrected: 'Tenets: access is granted per session; all access is evaluated again before it is allowed',
    note: 'SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1550.001 Application Access Token' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1528 Steal Application Access Token' },
  {
    framework: 'MITRE ATLAS v5.6',
    corrected: 'AML.T0091.000 Use Alternate Authentication Material: Application Access Token',
  },
];
