import * as z from 'zod';
import type { ActionView, ChainView } from '../../src/domain/chain.ts';
import type { Detector } from '../../src/domain/detector.ts';
import { changes } from '../../src/domain/effect.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { matchesAny, type Policy } from '../../src/domain/policy.ts';
import { effectIn, nameOf, placeOf, tookEffect, whoDid } from '../deed.ts';
import { chainSubject, clocksOf, deedOf, eventIds, instant } from '../evidence.ts';
import { frameworks } from '../frameworks.ts';

const SecretConfig = z.strictObject({
  /** Reads of secrets beside those that policy labels `secret-read`: over `tool:<name>` and `<system>:<action>`. */
  secretReads: z
    .array(z.string().min(1).max(512))
    .max(256)
    .default([
      'vault:read*',
      '*:GetSecretValue',
      '*:AccessSecretVersion',
      'tool:get_secret*',
      'tool:read_secret*',
    ]),
  /** How long after the secret was read its use is looked for, in seconds. */
  withinSeconds: z.int().min(1).max(86_400).default(3_600),
});
type SecretConfig = z.infer<typeof SecretConfig>;

const none: readonly Finding[] = [];

/** Fires when a chain fetches a secret in mid-task and then turns to a new system with another credential. */
export const secretToNewTarget: Detector<SecretConfig> = {
  id: 'secret-to-new-target',
  version: 1,
  title: 'A secret was fetched in mid-task, and a new system met right after it',
  maturity: 'live',
  // An earlier use of the same system or credential may be reported later.
  nature: 'exonerable',
  basis: 'deterministic',
  severity: 'medium',
  covers: ['R32', 'R33'],
  requires: {
    events: ['tool.invoked', 'api.called'],
    fields: ['tool.name', 'target.system', 'action', 'token', 'txn'],
    policyOptional: ['labels'],
  },
  frameworks: frameworks({
    nhi: [2, 9],
    asi: [3, 2],
    attack: ['T1555.006', 'T1078.004'],
    atlas: ['AML.T0098', 'AML.T0055'],
    csf: ['DE.CM-09', 'DE.AE-03'],
    tenets: ['session', 'telemetry'],
    pages: ['P3', 'P4'],
  }),
  config: SecretConfig,
  looksAt: ['chain'],

  evaluate(sighting, config) {
    if (sighting.on !== 'chain' || sighting.chain.targetCount < 2 || sighting.chain.platform) return none;
    const { chain, policy } = sighting;
    // What the chain needed is known without putting its actions in order.
    if (!chain.needs.some((need) => readsSecret(need, policy, config))) return none;
    const turns = turnsOf(chain, policy, config);
    // Of several the one that changed something says more.
    const turn = turns.find(({ used }) => changes(effectIn(used, policy))) ?? turns[0];
    return turn === undefined ? none : [finding(chain, turn, turns.length, policy)];
  },
};

interface Turn {
  readonly secret: ActionView;
  readonly used: ActionView;
}

/**
 * Every first meeting with a system after a secret was read, by a credential that the chain had not used before. A
 * chain that begins with a secret prepares its work; one that had been at work elsewhere changes its course.
 */
function turnsOf(chain: ChainView, policy: Policy, config: SecretConfig): readonly Turn[] {
  const turns: Turn[] = [];
  const systems = new Set<string>();
  const credentials = new Set<string>();
  let isAtWork = false;
  let secret: ActionView | undefined;
  for (const action of chain.actions) {
    if (!tookEffect(action)) continue;
    const system = action.target?.system;
    const credential = action.token?.key;
    const isRead = isSecretRead(action, policy, config);
    if (isRead) {
      if (isAtWork) secret = action;
    } else {
      const isRecent = secret !== undefined && action.atMs - secret.atMs <= config.withinSeconds * 1000;
      const isNew = system !== undefined && !systems.has(system);
      const isSame = credential !== undefined && credentials.has(credential);
      if (secret !== undefined && isRecent && isNew && !isSame) turns.push({ secret, used: action });
      isAtWork = true;
    }
    if (system !== undefined) systems.add(system);
    // A credential that was first used after the secret was read may well be the secret.
    if (credential !== undefined && (secret === undefined || isRead)) credentials.add(credential);
  }
  return turns;
}

function isSecretRead(action: ActionView, policy: Policy, config: SecretConfig): boolean {
  const name = nameOf(action);
  return name !== undefined && readsSecret(name, policy, config);
}

function readsSecret(name: string, policy: Policy, config: SecretConfig): boolean {
  if (matchesAny(config.secretReads, name)) return true;
  return policy.labels.some((row) => row.labels.includes('secret-read') && matchesAny(row.actions, name));
}

function finding(chain: ChainView, { secret, used }: Turn, systems: number, policy: Policy): Finding {
  const effect = effectIn(used, policy);
  const where = placeOf(used) ?? 'an unknown target';
  return {
    subject: chainSubject(chain),
    fact: 'secret-then-new-target',
    kind: 'signal',
    severity: changes(effect) ? 'medium' : 'low',
    title: `${whoDid(used)} did ${deedOf(used)} on ${where}, where the chain had not been before ${deedOf(secret)}`,
    atMs: used.atMs,
    evidence: {
      secret: nameOf(secret) ?? secret.action,
      secretFrom: placeOf(secret) ?? null,
      readBy: whoDid(secret),
      readAt: instant(secret.atMs),
      action: nameOf(used) ?? used.action,
      target: placeOf(used) ?? null,
      effect,
      usedBy: whoDid(used),
      usedAt: instant(used.atMs),
      afterSeconds: (used.atMs - secret.atMs) / 1000,
      withToken: used.token !== undefined,
      systems,
    },
    eventIds: eventIds(used.eventIds, secret.eventIds),
    settlesAtMs: used.atMs + clocksOf(policy).latenessMs,
    shownBy: used.id,
  };
}
