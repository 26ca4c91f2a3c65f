import { describe, expect, it } from 'vitest';
import { createGuard, type Resolve } from '../../../src/respond/guard.ts';

const zone: Record<string, string[]> = {
  'public.example': ['93.184.216.34', '2606:4700::1111'],
  'inside.example': ['10.1.2.3'],
  'half.example': ['93.184.216.34', '127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mapped.example': ['::ffff:10.0.0.1'],
  'empty.example': [],
};
const resolve: Resolve = async (hostname) =>
  (zone[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function outcome(url: string, options: { allow?: string[]; allowPrivate?: boolean } = {}): Promise<string> {
  const guard = createGuard({ allow: options.allow ?? [], resolve });
  return guard.resolve({ url: new URL(url), allowPrivate: options.allowPrivate ?? false }).then(
    (addresses) => addresses.map(({ address }) => address).join(' '),
    (error: Error & { code?: string }) => error.code ?? error.message,
  );
}

describe('the guard', () => {
  it('lets public addresses through, by name and by number', async () => {
    expect(await outcome('https://public.example/')).toBe('93.184.216.34 2606:4700::1111');
    expect(await outcome('https://1.1.1.1/')).toBe('1.1.1.1');
    expect(await outcome('https://[2001:4860:4860::8888]/')).toBe('2001:4860:4860::8888');
  });

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback, short', '127.1'],
    ['loopback, decimal', '2130706433'],
    ['loopback, octal', '0177.0.0.1'],
    ['loopback, hexadecimal', '0x7f.0.0.1'],
    ['loopback, full-width digits', '１２７.0.0.1'],
    ['loopback, IPv6', '[::1]'],
    ['loopback, mapped', '[::ffff:127.0.0.1]'],
    ['loopback, IPv4-compatible', '[::127.0.0.1]'],
    ['loopback, translated', '[::ffff:0:127.0.0.1]'],
    ['this network', '0.0.0.0'],
    ['unspecified', '[::]'],
    ['private 10', '10.255.255.255'],
    ['private 172', '172.16.0.1'],
    ['private 192', '192.168.1.1'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['link-local', '169.254.1.1'],
    ['metadata', '169.254.169.254'],
    ['metadata, AWS IPv6', '[fd00:ec2::254]'],
    ['metadata, Azure, a public number', '168.63.129.16'],
    ['metadata, Alibaba', '100.100.100.200'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['benchmarking', '198.18.0.1'],
    ['documentation', '203.0.113.1'],
    ['link-local IPv6', '[fe80::1]'],
    ['site-local IPv6', '[fec0::1]'],
    ['unique local', '[fc00::1]'],
    ['multicast IPv6', '[ff02::1]'],
    ['NAT64 of loopback', '[64:ff9b::7f00:1]'],
    ['local NAT64', '[64:ff9b:1::1]'],
    ['6to4 of loopback', '[2002:7f00:1::]'],
    ['Teredo', '[2001::1]'],
    ['discard', '[100::1]'],
    ['documentation IPv6', '[2001:db8::1]'],
    ['unassigned IPv6', '[4000::1]'],
  ])('refuses %s: %s', async (_, host) => {
    expect(await outcome(`https://${host}/`)).toBe('DESTINATION_FORBIDDEN');
  });

  it.each([
    'https://inside.example/',
    'https://half.example/',
    'https://metadata.example/',
    'https://mapped.example/',
  ])('refuses a name that leads to a refused address: %s', async (url) => {
    expect(await outcome(url)).toBe('DESTINATION_FORBIDDEN');
  });

  it.each([
    'http://public.example/',
    'http://1.1.1.1/',
    'ftp://public.example/',
    'file:///etc/passwd',
    'https://user:secret@public.example/',
  ])('refuses %s', async (url) => {
    expect(await outcome(url)).toBe('DESTINATION_FORBIDDEN');
  });

  it('opens private addresses, and plain http to them, when the endpoint says so', async () => {
    expect(await outcome('http://127.0.0.1:8080/', { allowPrivate: true })).toBe('127.0.0.1');
    expect(await outcome('http://inside.example/', { allowPrivate: true })).toBe('10.1.2.3');
    expect(await outcome('https://[fc00::1]/', { allowPrivate: true })).toBe('fc00::1');
  });

  it.each([
    'http://169.254.169.254/',
    'http://100.100.100.200/',
    'http://[fd00:ec2::254]/',
    'http://metadata.example/',
    'http://0.0.0.0/',
    'http://public.example/',
  ])('does not open %s with them', async (url) => {
    expect(await outcome(url, { allowPrivate: true })).toBe('DESTINATION_FORBIDDEN');
  });

  it.each([
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
    ['http://[::1]/', '::1/128'],
    ['http://169.254.169.254/', '169.254.169.254'],
    ['http://inside.example/', 'inside.example'],
    ['http://INSIDE.example/', 'Inside.Example'],
    ['http://inside.example/', '10.1.2.0/24'],
    ['http://public.example/', 'public.example'],
  ])('lets %s through when %s is allowed', async (url, entry) => {
    expect(await outcome(url, { allow: [entry] })).not.toBe('DESTINATION_FORBIDDEN');
  });

  it.each([
    ['https://10.1.2.3/', '10.9.0.0/16'],
    ['https://inside.example/', 'public.example'],
    ['https://half.example/', '93.184.216.34'],
  ])('still refuses %s when only %s is allowed', async (url, entry) => {
    expect(await outcome(url, { allow: [entry] })).toBe('DESTINATION_FORBIDDEN');
  });

  it('reports a name without an address as something that may heal', async () => {
    expect(await outcome('https://empty.example/')).toBe('the name has no address');
  });
});
