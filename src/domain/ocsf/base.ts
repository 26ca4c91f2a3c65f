import type { Severity } from '../finding.ts';

/**
 * Versions of the Open Cybersecurity Schema Framework that bodies are written in: 1.9.0 is of 3 August 2026, and what
 * takes in findings lags behind it.
 */
export const ocsfVersions = ['1.8.0', '1.9.0'] as const;
export type OcsfVersion = (typeof ocsfVersions)[number];

const severityIds: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
const severityCaptions: Readonly<Record<Severity, string>> = {
  info: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

export function ocsfSeverity(severity: Severity): {
  readonly severity_id: number;
  readonly severity: string;
} {
  return { severity_id: severityIds[severity], severity: severityCaptions[severity] };
}

export interface OcsfMetadata {
  readonly version: OcsfVersion;
  readonly productVersion: string;
  readonly tenant: string;
  /** Of this event: the same on every attempt to send it. */
  readonly uid: string;
  readonly eventCode: string;
  readonly loggedMs: number;
  readonly correlationUid?: string | undefined;
  readonly truncated?: boolean | undefined;
}

/** The metadata object: every event has one. */
export function ocsfMetadata(of: OcsfMetadata): object {
  return {
    version: of.version,
    product: { name: 'Chainwarden', vendor_name: 'Chainwarden', version: of.productVersion },
    uid: of.uid,
    tenant_uid: of.tenant,
    event_code: of.eventCode,
    correlation_uid: of.correlationUid,
    logged_time: of.loggedMs,
    is_truncated: of.truncated,
  };
}

/** Class, category and activity, which have to agree with one another. */
export function ocsfClass(of: {
  readonly category: { readonly uid: number; readonly name: string };
  readonly class: { readonly uid: number; readonly name: string };
  readonly activity: { readonly id: number; readonly name: string };
}): object {
  return {
    category_uid: of.category.uid,
    category_name: of.category.name,
    class_uid: of.class.uid,
    class_name: of.class.name,
    activity_id: of.activity.id,
    activity_name: of.activity.name,
    type_uid: of.class.uid * 100 + of.activity.id,
    type_name: `${of.class.name}: ${of.activity.name}`,
  };
}
