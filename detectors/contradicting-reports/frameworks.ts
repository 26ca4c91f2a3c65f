import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  { framework: 'OWASP NHI Top 10 2025', corrected: 'NHI4:2025 Insecure Authentication' },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    corrected: 'ASI03 Identity and Privilege Abuse',
  },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    corrected: 'ASI07 Insecure Inter-Agent Communication',
  },
  { framework: 'NIST CSF 2.0', corrected: 'DE.AE-03' },
  {
    framework: 'NIST SP 800-207',
    corrected: 'Tenets: the integrity and security posture of all assets is monitored and measured',
    note: 'SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1562.008 Disable or Modify Cloud Logs' },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1606 Forge Web Credentials' },
  {
    framework: 'MITRE ATLAS v5.6',
    corrected: 'AML.T0091.000 Use Alternate Authentication Material: Application Access Token',
  },
];
