import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson, sha256 } from '../domain/canonical.ts';
import type { EvidenceKey, EvidenceManifest, EvidencePack } from '../domain/evidence.ts';

export const EVIDENCE_FORMAT = 'chainwarden-evidence/1';

/** Digests of the parts, one digest of those, and a signature over it. */
export function sealEvidence(parts: EvidencePack['parts'], key: KeyObject | undefined): EvidencePack {
  const digests = Object.entries(parts).map(([name, part]) => [name, sha256(canonicalJson(part))] as const);
  const publicKey = key === undefined ? undefined : evidenceKey(key);
  const manifest: EvidenceManifest = {
    format: EVIDENCE_FORMAT,
    parts: Object.fromEntries(digests),
    key: publicKey?.fingerprint ?? '',
  };
  const text = canonicalJson(manifest);
  const sealed = { format: EVIDENCE_FORMAT, parts, manifest, digest: sha256(text) };
  if (key === undefined || publicKey === undefined) return sealed;
  const value = sign(null, Buffer.from(text), key).toString('base64');
  return { ...sealed, signature: { alg: 'Ed25519', key: publicKey.pem, value } };
}

/** The public half of a key, private or public, with the name by which people tell it from others. */
export function evidenceKey(key: KeyObject): EvidenceKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    alg: 'Ed25519',
    fingerprint: `sha256:${createHash('sha256').update(spki).digest('base64url')}`,
    pem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

/** What is wrong with the seal of a pack, each in one sentence; `pinned` is a key that is known from elsewhere. */
export function sealFaults(pack: EvidencePack, pinned: EvidenceKey | undefined): readonly string[] {
  const { parts, manifest, digest } = pack;
  const faults: string[] = [];
  const names = new Set([...Object.keys(parts), ...Object.keys(manifest.parts)]);
  for (const name of [...names].sort()) {
    const listed = Object.hasOwn(manifest.parts, name) ? manifest.parts[name] : undefined;
    if (!Object.hasOwn(parts, name)) faults.push(`parts.${name}: the manifest lists it, and it is missing`);
    else if (listed === undefined) faults.push(`parts.${name}: it is not in the manifest`);
    else if (listed !== sha256(canonicalJson(parts[name]))) faults.push(`parts.${name}: it was changed`);
  }
  if (pack.format !== EVIDENCE_FORMAT || manifest.format !== pack.format) {
    faults.push(`format: it is not ${EVIDENCE_FORMAT} throughout`);
  }
  const text = canonicalJson(manifest);
  if (digest !== sha256(text)) faults.push('manifest: its digest is another one');
  return [...faults, ...signatureFaults(pack, text, pinned)];
}

function signatureFaults(
  { manifest, signature }: EvidencePack,
  text: string,
  pinned: EvidenceKey | undefined,
): readonly string[] {
  if (pinned !== undefined && manifest.key !== pinned.fingerprint) {
    const signer = manifest.key === '' ? 'nobody' : manifest.key;
    return [`signature: it was to be signed by ${pinned.fingerprint}, and is by ${signer}`];
  }
  if (signature === undefined) return manifest.key === '' ? [] : ['signature: it is missing'];
  const key = readEvidenceKey(signature.key);
  if (key === undefined || evidenceKey(key).fingerprint !== manifest.key) {
    return ['signature: its key is not the one that the manifest names'];
  }
  if (evidenceKey(key).pem !== signature.key) return ['signature: its key is not written as it was'];
  const raw = Buffer.from(signature.value, 'base64');
  const isWhole = raw.toString('base64') === signature.value;
  return isWhole && verify(null, Buffer.from(text), key, raw)
    ? []
    : ['signature: it is not of this manifest'];
}

/** An Ed25519 public key as PEM; undefined when it is none. */
export function readEvidenceKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}
