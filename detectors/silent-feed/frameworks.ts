import type { FrameworkMapping } from '../../src/domain/detector.ts';

export const frameworks: readonly FrameworkMapping[] = [
  {
    framework: 'OWASP NHI Top 10 2025',
    corrected: 'NHI6:2025 Insecure Cloud Deployment Configurations',
    note: 'A log that ends is a fault of the deployment until it is shown to be more.',
  },
  {
    framework: 'OWASP Top 10 for Agentic Applications 2026',
    corrected: 'ASI03 Identity and Privilege Abuse',
  },
  { framework: 'NIST CSF 2.0', corrected: 'DE.CM-09' },
  {
    framework: 'NIST SP 800-207',
    corrected: 'Tenets: the integrity and security posture of all assets is monitored and measured',
    note: 'SP 800-207 has tenets without identifiers.',
  },
  { framework: 'MITRE ATT&CK v18.1', corrected: 'T1562.008 Disable or Modify Cloud Logs' },
  {
    framework: 'MITRE ATLAS v5.6',
    corrected: 'AML.M0024 AI Telemetry Logging',
    note: 'A mitigation: the one that has stopped.',
  },
];
