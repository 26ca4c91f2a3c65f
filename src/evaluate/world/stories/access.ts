import { callTool, close } from '../calls.ts';
import { type ApiCapability, issuers, record } from '../cast.ts';
import { bindingOf, consent, deedOf, perform } from '../deeds.ts';
import { desk, duty, instrument } from '../desk.ts';
import { decide, endPrivilege, grantPrivilege, introspect } from '../evidence.ts';
import { handOver, type Opening, opening } from '../parts.ts';
import { type Script, wait } from '../script.ts';

const corporate = [issuers.login, issuers.sts] as const;
export const rotationTask = { id: 'rotation' } as const;
export const vaultPrivilege = ['vault:rotate'] as const;

/** An analyst asks for new credentials. */
export function rotationOpening(script: Script): Opening {
  return opening(script, {
    agent: desk.rotator,
    issuer: script.random.pick(corporate),
    ticket: script.name('SEC'),
    task: rotationTask,
    capabilities: [duty.rotate],
  });
}

/** R49, R56: a privilege for as long as it takes; vault after vault, and none after the first that refuses. */
export function rotation(script: Script): void {
  const { random } = script;
  const { token, run, triggerId } = rotationOpening(script);
  const vaults = random.int(1, 4);
  const first = deedOf(script, duty.rotate, record('vault', 0));
  const binds = Array.from({ length: vaults }, (_, vault) => ({
    action: duty.rotate.grant,
    target: record('vault', vault),
  }));
  const approvalId = consent(script, token, first, { binds, forS: 1_800, maxUses: vaults });
  const exp = grantPrivilege(script, token, vaultPrivilege, 1_200, approvalId);
  const refusedAt = random.chance(0.25) ? random.int(0, vaults - 1) : vaults;
  for (let vault = 0; vault < vaults; vault += 1) {
    wait(script, 1_000, 10_000);
    introspect(script, token, desk.rotator);
    perform(script, token, deedOf(script, duty.rotate, record('vault', vault)), {
      parentCallId: run,
      approvalId,
      task: rotationTask,
      denied: vault === refusedAt,
      credentialSource: { manager: 'vault', path: `kv/rotator/${vault}` },
    });
    if (vault === refusedAt) break;
  }
  wait(script, 2_000, 20_000);
  endPrivilege(script, token, vaultPrivilege, exp);
  close(script, triggerId);
}

/** What a new employee's laptop needs: storage, a role, and a message that says so. */
export const provisions: readonly (readonly [capability: ApiCapability, system: string])[] = [
  [duty.storeObject, 'storage'],
  [duty.grantRole, 'iam'],
  [duty.announce, 'messaging'],
];

export function provisioningOpening(script: Script): Opening {
  return opening(script, {
    agent: desk.provisioner,
    issuer: script.random.pick(corporate),
    task: { id: 'provisioning' },
    capabilities: provisions.map(([capability]) => capability),
  });
}

/** R50: one consent, three changes, each once and in time. */
export function provisioning(script: Script): void {
  const { token, run, triggerId } = provisioningOpening(script);
  const number = script.random.int(0, 24);
  const deeds = provisions.map(([capability, system]) => deedOf(script, capability, record(system, number)));
  const [first] = deeds;
  if (first === undefined) return;
  const approvalId = consent(script, token, first, {
    binds: deeds.map((deed) => bindingOf(deed)),
    forS: 900,
    maxUses: deeds.length,
  });
  for (const deed of deeds) {
    wait(script, 500, 8_000);
    perform(script, token, deed, { parentCallId: run, approvalId });
  }
  wait(script, 2_000, 20_000);
  close(script, triggerId);
}

/** R43: an agent proposes a ticket; another identity writes it, after a check and a person's word. */
export function serviceTicket(script: Script): void {
  const { token, run, triggerId } = opening(script, {
    agent: desk.intake,
    issuer: script.random.pick(corporate),
    capabilities: [duty.file, instrument.ticket],
  });
  callTool(script, token, instrument.ticket, { parentCallId: run });
  const deed = deedOf(script, duty.file, record('itsm', script.random.int(0, 24)));
  decide(script, token, duty.file, { resource: deed.resource, policy: { id: 'itsm-rules', version: '3' } });
  const approvalId = consent(script, token, deed, { forS: 900 });
  const writer = handOver(script, token, run, { holder: desk.itsm, capabilities: [duty.file] });
  perform(script, writer.token, deed, { parentCallId: writer.run, approvalId });
  wait(script, 2_000, 20_000);
  close(script, triggerId);
}
