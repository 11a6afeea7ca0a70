import { isIP } from 'node:net';

/** The class of an address in the IANA registries of special-purpose addresses (RFC 6890). */
export type AddressClass =
  | 'loopback'
  | 'private'
  | 'link-local'
  /** Cloud services that return the credentials of a machine. */
  | 'metadata'
  | 'cgnat'
  | 'unspecified'
  | 'multicast'
  | 'reserved'
  | 'documentation'
  | 'public';

/** Returns why an address is refused, or `undefined` if it is allowed. */
export type AddressPolicy = (address: string) => string | undefined;

export const allowAny: AddressPolicy = () => undefined;

/** Refuses link-local and metadata addresses in every notation. */
export const refuseLinkLocal: AddressPolicy = (address) => {
  const found = classifyAddress(address);
  if (found === 'metadata') return `${address} is a cloud metadata address`;
  if (found === 'link-local') return `${address} is a link-local address`;
  return undefined;
};

/**
 * The class of an IPv4 or IPv6 address. An IPv6 address that embeds an IPv4 address (mapped, NAT64,
 * 6to4) has the class of the IPv4 address. Invalid addresses are `reserved`.
 */
export function classifyAddress(address: string): AddressClass {
  const bytes = parseAddress(address);
  if (bytes === undefined) return 'reserved';
  if (bytes.length === 4) return findClass(bytes, IPV4) ?? 'public';
  return (
    findClass(bytes, IPV6) ??
    classifyEmbedded(bytes) ??
    (contains(GLOBAL_UNICAST, bytes) ? 'public' : 'reserved')
  );
}

interface Range {
  readonly bytes: readonly number[];
  readonly bits: number;
}

type Table = readonly (readonly [AddressClass, readonly Range[]])[];

function findClass(bytes: readonly number[], table: Table): AddressClass | undefined {
  return table.find(([, ranges]) => ranges.some((range) => contains(range, bytes)))?.[0];
}

/** The class of the IPv4 address that an IPv6 address embeds. */
function classifyEmbedded(bytes: readonly number[]): AddressClass | undefined {
  const embedding = EMBEDDINGS.find(({ range }) => contains(range, bytes));
  if (!embedding) return undefined;
  return findClass(bytes.slice(embedding.offset, embedding.offset + 4), IPV4) ?? 'public';
}

function contains({ bytes: prefix, bits }: Range, bytes: readonly number[]): boolean {
  return prefix.every((byte, index) => {
    const left = Math.min(8, Math.max(0, bits - 8 * index));
    return (byte ^ (bytes[index] ?? 0)) >> (8 - left) === 0;
  });
}

function range(text: string): Range {
  const [address = '', bits] = text.split('/');
  const bytes = parseAddress(address) ?? [];
  return { bytes, bits: bits === undefined ? bytes.length * 8 : Number(bits) };
}

function ranges(text: string): Range[] {
  return text.split(' ').map(range);
}

/** The 4 or 16 bytes of an address. Ignores brackets and a zone (`%eth0`). */
function parseAddress(text: string): number[] | undefined {
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const version = isIP(address);
  if (version === 0) return undefined;
  if (version === 4) return address.split('.').map(Number);
  // The URL parser returns IPv6 addresses in canonical form, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::').map(parseGroups);
  const front = head === '' ? [] : head;
  const back = tail ?? [];
  return [...front, ...Array(16 - front.length - back.length).fill(0), ...back];
}

/** The bytes of `20:1:db8`, two per group. */
function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

// The first matching range decides the class. Single addresses come before networks.
const IPV4: Table = [
  // AWS, Azure, GCP and most others; ECS; EKS; Tencent; Alibaba; Azure WireServer; Oracle.
  [
    'metadata',
    ranges(
      '169.254.169.254 169.254.170.2 169.254.170.23 169.254.0.23 100.100.100.200 168.63.129.16 192.0.0.192',
    ),
  ],
  ['link-local', ranges('169.254.0.0/16')],
  ['loopback', ranges('127.0.0.0/8')],
  ['private', ranges('10.0.0.0/8 172.16.0.0/12 192.168.0.0/16')],
  ['cgnat', ranges('100.64.0.0/10')],
  ['unspecified', ranges('0.0.0.0/8')],
  ['multicast', ranges('224.0.0.0/4')],
  ['documentation', ranges('192.0.2.0/24 198.51.100.0/24 203.0.113.0/24')],
  ['reserved', ranges('192.0.0.0/24 192.88.99.0/24 198.18.0.0/15 240.0.0.0/4')],
];

const IPV6: Table = [
  // AWS; EKS; GCP; Scaleway.
  ['metadata', ranges('fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:42::42')],
  ['link-local', ranges('fe80::/10')],
  ['loopback', ranges('::1')],
  ['unspecified', ranges('::')],
  ['private', ranges('fc00::/7 fec0::/10')],
  ['multicast', ranges('ff00::/8')],
  ['documentation', ranges('2001:db8::/32 3fff::/20')],
  // IETF protocol assignments, including Teredo.
  ['reserved', ranges('2001::/23')],
];

const EMBEDDINGS: readonly { readonly range: Range; readonly offset: number }[] = [
  // Mapped (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052), 6to4 (RFC 3056), compatible.
  { range: range('::ffff:0:0/96'), offset: 12 },
  { range: range('::ffff:0:0:0/96'), offset: 12 },
  { range: range('64:ff9b::/96'), offset: 12 },
  { range: range('2002::/16'), offset: 2 },
  { range: range('::/96'), offset: 12 },
];

const GLOBAL_UNICAST: Range = range('2000::/3');
