import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  {
    framework: 'OWASP NHI Top 10 2025',
    asPrinted: 'NHI-01',
    corrected: 'NHI5:2025 Overprivileged NHI',
    note: 'NHI1 is Improper Offboarding; the text describes privilege beyond the task.',
  },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    asPrinted: 'A-04',
    corrected: 'ASI03 Identity and Privilege Abuse',
    note: 'A-04 is not an OWASP identifier.',
  },
  {
    framework: 'NIST CSF 2.0',
    asPrinted: 'PR.AC-4',
    corrected: 'PR.AA-05',
    note: 'PR.AC-4 belongs to CSF 1.1; PR.AA-05 is its successor.',
  },
  {
    framework: 'NIST SP 800-207',
    asPrinted: 'SC-3',
    corrected: 'Tenets: access is granted per session and decided by dynamic policy',
    note: 'SC-3 is a control of SP 800-53; SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1098.003 Additional Cloud Roles' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1548.005 Temporary Elevated Cloud Access' },
  { framework: 'MITRE ATLAS v5.6', corrected: 'AML.T0053 AI Agent Tool Invocation' },
];
