import { promises as dns } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ChainwardenError } from '../domain/errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Resolve = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** What an endpoint asks of its destination. */
interface Destination {
  readonly url: URL;
  readonly allowPrivate: boolean;
}

export interface Guard {
  /** Refuses what can be refused without a look-up: scheme, credentials, a literal address. Throws DESTINATION_FORBIDDEN. */
  inspect(destination: Destination): void;
  /** Resolves once and checks every address; what it returns is what must be connected to. */
  resolve(
    destination: Destination,
  ): Promise<readonly { readonly address: string; readonly family: number }[]>;
  /** `resolve` as a connector's look-up: the address that was checked is the one that is connected to. */
  lookup(destination: Destination): LookupFunction;
}

/** Ranges that `allowPrivate` opens. Never link-local: cloud metadata answers there. */
const privateRanges: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** Metadata services outside link-local (AWS IPv6, Google IPv6, Azure, Alibaba, Scaleway): only an exact allow opens them. */
const metadata: ReadonlySet<string> = new Set(
  ['fd00:ec2::254', 'fd20:ce::254', '168.63.129.16', '100.100.100.200', 'fd00:42::42'].map((text) =>
    ipaddr.process(text).toString(),
  ),
);

/** The only IPv6 space that is handed out; ipaddr.js calls the unassigned rest, `::7f00:1` included, unicast. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Keeps requests to configured addresses from reaching what only this machine can reach. `allow` holds host names,
 * addresses and CIDRs whose owner vouches for them; for those, plain http is accepted too.
 */
export function createGuard(options: { allow: readonly string[]; resolve?: Resolve }): Guard {
  const resolveName = options.resolve ?? ((hostname) => dns.lookup(hostname, { all: true, verbatim: true }));
  const allowed = parseAllow(options.allow);

  function check(destination: Destination, address: string): void {
    const parsed = ipaddr.process(address);
    if (allowed.cidrs.some((cidr) => within(parsed, cidr))) return;
    const { url, allowPrivate } = destination;
    const kind = classify(parsed);
    if (kind === 'public') {
      if (url.protocol === 'https:') return;
      throw forbidden(url, 'plain http is for allowed hosts and private addresses');
    }
    if (kind === 'private' && allowPrivate) return;
    throw forbidden(url, 'its address is not a public one');
  }

  function inspect(destination: Destination): void {
    const { url } = destination;
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw forbidden(url, 'only http and https');
    if (url.username !== '' || url.password !== '') throw forbidden(url, 'its address carries credentials');
    const literal = literalOf(url);
    if (allowed.hosts.has(hostOf(url))) return;
    if (literal !== undefined) check(destination, literal);
  }

  async function resolve(destination: Destination) {
    inspect(destination);
    const literal = literalOf(destination.url);
    if (literal !== undefined)
      return [{ address: literal, family: ipaddr.parse(literal).kind() === 'ipv4' ? 4 : 6 }];
    const addresses = await resolveName(destination.url.hostname);
    if (addresses.length === 0) throw new Error('the name has no address');
    // One bad address spoils the name: which of them gets connected to is not ours to choose.
    if (!allowed.hosts.has(hostOf(destination.url))) {
      for (const { address } of addresses) check(destination, address);
    }
    return addresses;
  }

  return {
    inspect,
    resolve,
    lookup: (destination) => (_hostname, options, callback) => {
      resolve(destination).then(
        (addresses) => {
          if (options.all) return callback(null, [...addresses]);
          const [one] = addresses;
          callback(null, one?.address ?? '', one?.family);
        },
        (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), ''),
      );
    },
  };
}

function classify(address: Address): 'public' | 'private' | 'forbidden' {
  if (metadata.has(address.toString())) return 'forbidden';
  const range = address.range();
  if (privateRanges.has(range)) return 'private';
  if (range !== 'unicast') return 'forbidden';
  return address.kind() === 'ipv4' || within(address, globalUnicast) ? 'public' : 'forbidden';
}

function within(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** WHATWG parsing has already turned decimal, octal and hexadecimal IPv4 into dotted form. */
function literalOf(url: URL): string | undefined {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : undefined;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

function parseAllow(entries: readonly string[]): { hosts: ReadonlySet<string>; cidrs: [Address, number][] } {
  const hosts = new Set<string>();
  const cidrs: [Address, number][] = [];
  for (const entry of entries) {
    if (entry.includes('/')) cidrs.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry)) cidrs.push(only(ipaddr.process(entry)));
    else hosts.add(entry.toLowerCase());
  }
  return { hosts, cidrs };
}

function only(address: Address): [Address, number] {
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function forbidden(url: URL, reason: string): ChainwardenError {
  return new ChainwardenError('DESTINATION_FORBIDDEN', `requests to ${url.host} are refused: ${reason}`, {
    detail: { host: url.host },
  });
}
