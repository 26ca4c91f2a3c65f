import { approvalAttacks } from './attacks/approvals.ts';
import { attributionAttacks } from './attacks/attribution.ts';
import { authorityAttacks } from './attacks/authority.ts';
import { boundaryAttacks } from './attacks/boundaries.ts';
import { fanOutAttacks } from './attacks/fan-out.ts';
import { initiatorAttacks } from './attacks/initiator.ts';
import { lifetimeAttacks } from './attacks/lifetime.ts';
import { orphanAttacks } from './attacks/orphan.ts';
import { relationAttacks } from './attacks/relations.ts';
import { scopeAttacks } from './attacks/scope.ts';
import { validationAttacks } from './attacks/validation.ts';
import { approvalLookAlikes } from './look-alikes/approvals.ts';
import { attributionLookAlikes } from './look-alikes/attribution.ts';
import { boundaryLookAlikes } from './look-alikes/boundaries.ts';
import { fanOutLookAlikes } from './look-alikes/fan-out.ts';
import { lifetimeLookAlikes } from './look-alikes/lifetime.ts';
import { originLookAlikes } from './look-alikes/origin.ts';
import { relationLookAlikes } from './look-alikes/relations.ts';
import { scopeLookAlikes } from './look-alikes/scope.ts';
import { timeLookAlikes } from './look-alikes/time.ts';
import type { Variant } from './variant.ts';

/** Every attack the world knows, in the order of `--help`. */
export const attackVariants: readonly Variant[] = [
  ...scopeAttacks,
  ...lifetimeAttacks,
  ...orphanAttacks,
  ...fanOutAttacks,
  ...relationAttacks,
  ...attributionAttacks,
  ...initiatorAttacks,
  ...validationAttacks,
  ...approvalAttacks,
  ...boundaryAttacks,
  ...authorityAttacks,
];

/** What resembles an attack and is none. */
export const lookAlikeVariants: readonly Variant[] = [
  ...scopeLookAlikes,
  ...lifetimeLookAlikes,
  ...originLookAlikes,
  ...fanOutLookAlikes,
  ...relationLookAlikes,
  ...attributionLookAlikes,
  ...timeLookAlikes,
  ...approvalLookAlikes,
  ...boundaryLookAlikes,
];
