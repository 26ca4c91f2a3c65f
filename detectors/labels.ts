/** Labels of the frameworks, exactly as each version prints them. */

/** OWASP Non-Human Identities Top 10, 2025. */
export const nhiRisks = {
  1: 'Improper Offboarding',
  2: 'Secret Leakage',
  3: 'Vulnerable Third-Party NHI',
  4: 'Insecure Authentication',
  5: 'Overprivileged NHI',
  6: 'Insecure Cloud Deployment Configurations',
  7: 'Long-Lived Secrets',
  8: 'Environment Isolation',
  9: 'NHI Reuse',
  10: 'Human Use of NHI',
} as const;

/** OWASP Top 10 for Agentic Applications, 2026. */
export const agenticRisks = {
  1: 'Agent Goal Hijack',
  2: 'Tool Misuse and Exploitation',
  3: 'Identity and Privilege Abuse',
  4: 'Agentic Supply Chain Vulnerabilities',
  5: 'Unexpected Code Execution (RCE)',
  6: 'Memory & Context Poisoning',
  7: 'Insecure Inter-Agent Communication',
  8: 'Cascading Failures',
  9: 'Human-Agent Trust Exploitation',
  10: 'Rogue Agents',
} as const;

/** MITRE ATT&CK v18.1. */
export const attackTechniques = {
  'T1021.007': 'Cloud Services',
  'T1036.005': 'Match Legitimate Resource Name or Location',
  'T1059.009': 'Cloud API',
  'T1069.003': 'Cloud Groups',
  'T1078.004': 'Cloud Accounts',
  'T1087.004': 'Cloud Account',
  'T1098.001': 'Additional Cloud Credentials',
  'T1098.003': 'Additional Cloud Roles',
  T1134: 'Access Token Manipulation',
  'T1136.003': 'Cloud Account',
  'T1195.002': 'Compromise Software Supply Chain',
  T1199: 'Trusted Relationship',
  T1213: 'Data from Information Repositories',
  'T1484.002': 'Trust Modification',
  T1485: 'Data Destruction',
  T1526: 'Cloud Service Discovery',
  T1528: 'Steal Application Access Token',
  T1530: 'Data from Cloud Storage',
  T1539: 'Steal Web Session Cookie',
  T1548: 'Abuse Elevation Control Mechanism',
  'T1548.005': 'Temporary Elevated Cloud Access',
  'T1550.001': 'Application Access Token',
  'T1550.004': 'Web Session Cookie',
  'T1552.001': 'Credentials In Files',
  'T1552.004': 'Private Keys',
  'T1552.005': 'Cloud Instance Metadata API',
  'T1552.007': 'Container API',
  'T1555.006': 'Cloud Secrets Management Stores',
  'T1556.007': 'Hybrid Identity',
  T1562: 'Impair Defenses',
  'T1562.008': 'Disable or Modify Cloud Logs',
  'T1565.001': 'Stored Data Manipulation',
  T1567: 'Exfiltration Over Web Service',
  T1580: 'Cloud Infrastructure Discovery',
  T1606: 'Forge Web Credentials',
  'T1606.002': 'SAML Tokens',
  T1621: 'Multi-Factor Authentication Request Generation',
  T1648: 'Serverless Execution',
  T1651: 'Cloud Administration Command',
  T1656: 'Impersonation',
} as const;

/** MITRE ATLAS v5.6; AML.M are mitigations. */
export const atlasTechniques = {
  'AML.T0012': 'Valid Accounts',
  'AML.T0034': 'Cost Harvesting',
  'AML.T0034.002': 'Agentic Resource Consumption',
  'AML.T0051.001': 'LLM Prompt Injection: Indirect',
  'AML.T0053': 'AI Agent Tool Invocation',
  'AML.T0055': 'Unsecured Credentials',
  'AML.T0080': 'AI Agent Context Poisoning',
  'AML.T0081': 'Modify AI Agent Configuration',
  'AML.T0083': 'Credentials from AI Agent Configuration',
  'AML.T0084': 'Discover AI Agent Configuration',
  'AML.T0085.001': 'Data from AI Services: AI Agent Tools',
  'AML.T0086': 'Exfiltration via AI Agent Tool Invocation',
  'AML.T0091': 'Use Alternate Authentication Material',
  'AML.T0091.000': 'Use Alternate Authentication Material: Application Access Token',
  'AML.T0098': 'AI Agent Tool Credential Harvesting',
  'AML.T0101': 'Data Destruction via AI Agent Tool Invocation',
  'AML.T0103': 'Deploy AI Agent',
  'AML.T0108': 'AI Agent',
  'AML.T0109': 'Rug Pull',
  'AML.T0110': 'AI Agent Tool Poisoning',
  'AML.M0024': 'AI Telemetry Logging',
} as const;

/** NIST CSF 2.0: outcomes in our words, short. */
export const csfOutcomes = {
  'GV.SC-07': 'risks of suppliers are understood and monitored',
  'ID.AM-08': 'systems, software and services are managed throughout their life',
  'PR.AA-01': 'identities and credentials are managed',
  'PR.AA-03': 'users, services and hardware are authenticated',
  'PR.AA-04': 'identity assertions are protected, conveyed and verified',
  'PR.AA-05': 'permissions follow a policy, least privilege and separation of duties',
  'PR.DS-01': 'data at rest is protected',
  'PR.DS-10': 'data in use is protected',
  'PR.PS-01': 'configurations are managed',
  'PR.PS-04': 'logs are kept and made available for monitoring',
  'PR.PS-05': 'unauthorised software is neither installed nor run',
  'DE.CM-03': 'activity of people and use of technology are monitored',
  'DE.CM-06': 'activity of external services is monitored',
  'DE.CM-09': 'computing, runtime environments and their data are monitored',
  'DE.AE-02': 'events are analysed to understand what belongs to them',
  'DE.AE-03': 'information is correlated from several sources',
} as const;

/** NIST SP 800-207 section 2.1, by what each tenet is about. */
export const zeroTrustTenets = {
  resources: 'every data source and service is a resource',
  communication: 'all communication is secured wherever it runs',
  session: 'access is granted per session',
  policy: 'access is decided by dynamic policy',
  posture: 'the integrity and security posture of all assets is monitored and measured',
  evaluated: 'all access is evaluated again before it is allowed',
  telemetry: 'as much as possible is collected and used to improve security',
} as const;

const csf11 = {
  framework: 'csf',
  asPrinted: 'PR.AC-4',
  means: ['PR.AA-05 '],
  note: 'PR.AC-4 belongs to CSF 1.1; PR.AA-05 is its successor.',
} as const;

function leakage(means: readonly string[], note: string) {
  return { framework: 'nhi', asPrinted: 'NHI-02', means, note: `NHI2 is Secret Leakage; ${note}` } as const;
}

function agentic(asPrinted: string) {
  return {
    framework: 'asi',
    asPrinted,
    means: ['ASI03 ', 'ASI02 ', 'ASI07 ', 'ASI08 ', 'ASI10 '],
    note: `${asPrinted} is not an OWASP identifier.`,
  } as const;
}

/** What the concept pages print that is not what it claims to be, what it means, and why. */
export const pages = {
  P1: [
    {
      framework: 'nhi',
      asPrinted: 'NHI-04',
      means: ['NHI5:', 'NHI1:', 'NHI7:'],
      note: 'NHI4 is Insecure Authentication; the text asks for tight scope, logging and revocation.',
    },
  ],
  P2: [
    leakage(
      ['NHI2:', 'NHI7:'],
      'beyond exposed secrets, the text is about authority that outlives its cause.',
    ),
    csf11,
  ],
  P3: [
    {
      framework: 'nhi',
      asPrinted: 'NHI-01',
      means: ['NHI5:'],
      note: 'NHI1 is Improper Offboarding; the text describes privilege beyond the task.',
    },
    agentic('A-04'),
    {
      framework: 'tenets',
      asPrinted: 'SC-3',
      means: ['Tenets: '],
      note: 'SC-3 is a control of SP 800-53; SP 800-207 has tenets without identifiers.',
    },
  ],
  P4: [
    leakage(['NHI2:', 'NHI9:'], 'beyond exposed secrets, the text is about who really acted.'),
    agentic('AGENT-04'),
    csf11,
  ],
  P5: [
    leakage(['NHI2:', 'NHI5:', 'NHI10:'], 'beyond exposed secrets, the text is about borrowed identities.'),
    csf11,
  ],
} as const;
