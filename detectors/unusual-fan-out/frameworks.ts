import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  {
    framework: 'OWASP NHI Top 10 2025',
    asPrinted: 'NHI-02',
    corrected: 'NHI5:2025 Overprivileged NHI',
    note: 'NHI2 is Secret Leakage; authority that spreads this far was given too widely.',
  },
  { framework: 'OWASP Top 10 for Agentic Applications 2026', corrected: 'ASI08 Cascading Failures' },
  { framework: 'OWASP Top 10 for Agentic Applications 2026', corrected: 'ASI10 Rogue Agents' },
  {
    framework: 'NIST CSF 2.0',
    asPrinted: 'PR.AC-4',
    corrected: 'PR.AA-05',
    note: 'PR.AC-4 belongs to CSF 1.1; PR.AA-05 is its successor.',
  },
  {
    framework: 'NIST SP 800-207',
    corrected: 'Tenets: access is granted per session and decided by dynamic policy',
    note: 'SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1526 Cloud Service Discovery' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1580 Cloud Infrastructure Discovery' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1550.001 Application Access Token' },
  { framework: 'MITRE ATLAS v5.6', corrected: 'AML.T0034.002 Agentic Resource Consumption' },
];
