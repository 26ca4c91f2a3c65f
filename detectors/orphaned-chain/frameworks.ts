import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  {
    framework: 'OWASP NHI Top 10 2025',
    asPrinted: 'NHI-02',
    corrected: 'NHI1:2025 Improper Offboarding',
    note: 'NHI2 is Secret Leakage; a chain nobody answers for is what offboarding should have ended.',
  },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    asPrinted: 'AGENT-04',
    corrected: 'ASI03 Identity and Privilege Abuse',
    note: 'AGENT-04 is not an OWASP identifier.',
  },
  { framework: 'OWASP Top 10 for Agentic Applications 2026', corrected: 'ASI10 Rogue Agents' },
  {
    framework: 'NIST CSF 2.0',
    asPrinted: 'PR.AC-4',
    corrected: 'PR.AA-05',
    note: 'PR.AC-4 belongs to CSF 1.1; PR.AA-05 is its successor.',
  },
  {
    framework: 'NIST SP 800-207',
    corrected:
      'Tenets: access is decided by dynamic policy; all access is evaluated again before it is allowed',
    note: 'SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1078.004 Cloud Accounts' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1606 Forge Web Credentials' },
  { framework: 'MITRE ATLAS v5.6', corrected: 'AML.T0103 Deploy AI Agent' },
];
