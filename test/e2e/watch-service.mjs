import { detectors } from '../../dist/detectors/registry.js';
import { loadConfig } from '../../dist/src/config.js';
import { startService } from '../../dist/src/main.js';

/** The built service with one detector more: it finds tokens by their name, and never comes back from one of them. */
const [shipped] = detectors;
const fickle = {
  ...shipped,
  id: 'fickle',
  title: 'Tokens with a telling name',
  nature: 'monotone',
  basis: 'deterministic',
  maturity: 'live',
  severity: 'high',
  looksAt: ['token'],
  evaluate({ token }) {
    const name = token.ref.jti ?? '';
    while (name === process.env.HANGS_AT);
    if (process.env.THROWS_AT !== undefined && name.startsWith(process.env.THROWS_AT)) throw new Error(name);
    if (!name.startsWith('told-')) return [];
    return [
      {
        subject: { kind: 'token', key: token.key, label: name },
        fact: 'telling-name',
        kind: 'alert',
        severity: 'high',
        title: `${name} has a telling name`,
        atMs: token.issuedMs ?? 0,
        evidence: { name },
        eventIds: [],
      },
    ];
  },
};

// Stands for a decoder with a fault: a text that holds this word is never read to its end.
const { parse } = JSON;
const { UNREADABLE: pill } = process.env;
JSON.parse = (text, reviver) => {
  while (pill !== undefined && String(text).includes(pill));
  return parse(text, reviver);
};

const service = await startService(loadConfig({ env: process.env }), [...detectors, fickle]);
process.on('SIGTERM', () => void service.stop());
process.stderr.write(`${JSON.stringify({ address: service.address, adminKey: service.adminKey })}\n`);
