import { callApi, callTool } from '../calls.ts';
import { agents, read, tool } from '../cast.ts';
import { opening, own } from '../parts.ts';
import { type Script, wait } from '../script.ts';
import { exchange } from '../tokens.ts';
import type { Variant } from '../variant.ts';

const detectors = ['unusual-fan-out'];

/** Each of these agents acts in one chain only, so that no ceiling per principal adds up over chains. */
function loner(script: Script) {
  return own(script, script.random.pick(agents));
}

const manyChildren: Variant = {
  name: 'too-many-children',
  detectors,
  title: 'One token is traded for dozens of others.',
  tell(script) {
    const { token } = opening(script, { agent: loner(script), capabilities: [read('docs'), read('repo')] });
    for (let children = script.random.int(65, 90); children > 0; children -= 1) {
      wait(script, 100, 1_500);
      exchange(script, token, {
        holder: own(script, script.random.pick(agents)),
        capabilities: [read('docs')],
      });
    }
  },
};

const manyTargets: Variant = {
  name: 'too-many-targets',
  detectors,
  title: 'One chain reads record after record.',
  tell(script) {
    const { token, run } = opening(script, { agent: loner(script), capabilities: [read('crm')] });
    const targets = script.random.int(130, 180);
    for (let target = 0; target < targets; target += 1) {
      wait(script, 50, 1_000);
      callApi(script, token, read('crm'), { parentCallId: run, resource: `crm/records/${5000 + target}` });
    }
  },
};

const manyTools: Variant = {
  name: 'too-many-tools',
  detectors,
  title: 'One chain tries tool after tool.',
  tell(script) {
    const { token, run } = opening(script, { agent: loner(script), capabilities: [read('tickets')] });
    const tools = script.random.int(75, 100);
    for (let number = 0; number < tools; number += 1) {
      wait(script, 50, 1_000);
      callTool(script, token, tool('tickets', `probe_${number}`, 'read'), { parentCallId: run });
    }
  },
};

export const fanOutAttacks: readonly Variant[] = [manyChildren, manyTargets, manyTools];
