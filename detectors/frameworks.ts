import type { FrameworkMapping } from '../src/domain/detector.ts';
import {
  agenticRisks,
  atlasTechniques,
  attackTechniques,
  csfOutcomes,
  nhiRisks,
  pages,
  zeroTrustTenets,
} from './labels.ts';

/** Where a detector stands in the frameworks; `pages` are the concept pages (P1 to P5) that ask for it. */
interface Place {
  readonly nhi: readonly (keyof typeof nhiRisks)[];
  readonly asi: readonly (keyof typeof agenticRisks)[];
  readonly attack: readonly (keyof typeof attackTechniques)[];
  readonly atlas: readonly (keyof typeof atlasTechniques)[];
  readonly csf: readonly (keyof typeof csfOutcomes)[];
  readonly tenets: readonly (keyof typeof zeroTrustTenets)[];
  readonly pages?: readonly (keyof typeof pages)[];
}

const NHI = 'OWASP NHI Top 10 2025';
const AGENTIC = 'OWASP Top 10 for Agentic Applications 2026';
const CSF = 'NIST CSF 2.0';
const ZERO_TRUST = 'NIST SP 800-207';

/** The labels of one detector as they should read, each beside what the pages print for it where that differs (R70). */
export function frameworks(place: Place): readonly FrameworkMapping[] {
  const printed = (place.pages ?? []).flatMap((page): readonly Misprint[] => pages[page]);
  const of = (framework: keyof typeof named, labels: readonly string[]) =>
    withPrints(
      named[framework],
      labels,
      printed.filter((one) => one.framework === framework),
    );
  const tenets = place.tenets.map((tenet) => zeroTrustTenets[tenet]).join('; ');
  return [
    ...of(
      'nhi',
      place.nhi.map((number) => `NHI${number}:2025 ${nhiRisks[number]}`),
    ),
    ...of(
      'asi',
      place.asi.map((number) => `ASI${String(number).padStart(2, '0')} ${agenticRisks[number]}`),
    ),
    ...of(
      'csf',
      place.csf.map((id) => `${id} ${csfOutcomes[id]}`),
    ),
    ...of('tenets', [`Tenets: ${tenets}`]).map((mapping) => ({ note: NO_IDS, ...mapping })),
    ...place.attack.map((id) => ({
      framework: 'MITRE ATT&CK v18.1',
      corrected: `${id} ${attackTechniques[id]}`,
    })),
    ...place.atlas.map((id) => ({
      framework: 'MITRE ATLAS v5.6',
      corrected: `${id} ${atlasTechniques[id]}`,
    })),
  ];
}

const named = { nhi: NHI, asi: AGENTIC, csf: CSF, tenets: ZERO_TRUST } as const;
const NO_IDS = 'SP 800-207 has tenets without identifiers.';

/** What a page prints for a framework, and which labels it should have printed (beginnings of them). */
interface Misprint {
  readonly framework: keyof typeof named;
  readonly asPrinted: string;
  readonly means: readonly string[];
  readonly note: string;
}

/** Each label, and beside it what pages print that means it; once for each different print. */
function withPrints(
  framework: string,
  labels: readonly string[],
  misprints: readonly Misprint[],
): readonly FrameworkMapping[] {
  return labels.flatMap((corrected) => {
    const meant = misprints.filter(({ means }) => means.some((beginning) => corrected.startsWith(beginning)));
    const prints = new Map(meant.map((misprint) => [misprint.asPrinted, misprint]));
    if (prints.size === 0) return [{ framework, corrected }];
    return [...prints.values()].map(({ asPrinted, note }) => ({ framework, asPrinted, corrected, note }));
  });
}
