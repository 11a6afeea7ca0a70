import { isIP } from 'node:net';

/** What an address is for, by the registries of IANA (special-purpose addresses, RFC 6890). */
export type AddressClass =
  | 'loopback'
  | 'private'
  | 'link-local'
  /** Where a cloud hands out its machines' credentials. */
  | 'metadata'
  | 'cgnat'
  | 'unspecified'
  | 'multicast'
  | 'reserved'
  | 'documentation'
  | 'public';

/** The reason why an address must not be dialled, or `undefined` when it may be. */
export type AddressPolicy = (address: string) => string | undefined;

export const allowAny: AddressPolicy = () => undefined;

/** Refuses link-local and metadata addresses, in whatever form they are written. */
export const refuseLinkLocal: AddressPolicy = (address) => {
  const found = classifyAddress(address);
  if (found === 'metadata') return `${address} is the metadata service of a cloud`;
  if (found === 'link-local') return `${address} is a link-local address`;
  return undefined;
};

/**
 * The class of an IPv4 or IPv6 address; an IPv6 address that stands for an IPv4 one (mapped,
 * NAT64, 6to4) has the class of that one. What is not an address is `reserved`, never `public`.
 */
export function classifyAddress(address: string): AddressClass {
  const bytes = parseAddress(address);
  if (bytes === undefined) return 'reserved';
  if (bytes.length === 4) return classOf(bytes, IPV4) ?? 'public';
  return (
    classOf(bytes, IPV6) ??
    classOfCarried(bytes) ??
    (contains(GLOBAL_UNICAST, bytes) ? 'public' : 'reserved')
  );
}

interface Range {
  readonly bytes: readonly number[];
  readonly bits: number;
}

type Table = readonly (readonly [AddressClass, readonly Range[]])[];

function classOf(bytes: readonly number[], table: Table): AddressClass | undefined {
  return table.find(([, ranges]) => ranges.some((range) => contains(range, bytes)))?.[0];
}

/** The class of the IPv4 address within an IPv6 one, if it carries one. */
function classOfCarried(bytes: readonly number[]): AddressClass | undefined {
  const carrier = CARRIERS.find(({ range }) => contains(range, bytes));
  if (!carrier) return undefined;
  return classOf(bytes.slice(carrier.offset, carrier.offset + 4), IPV4) ?? 'public';
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

/** The 4 or 16 bytes of an address; brackets and a zone (`%eth0`) are left aside. */
function parseAddress(text: string): number[] | undefined {
  const address = text.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const version = isIP(address);
  if (version === 0) return undefined;
  if (version === 4) return address.split('.').map(Number);
  // The URL parser writes every IPv6 address in its one canonical form, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::').map(groups);
  const front = head === '' ? [] : head;
  const back = tail ?? [];
  return [...front, ...Array(16 - front.length - back.length).fill(0), ...back];
}

/** The bytes of `20:1:db8`: two for each group. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

// The first range that holds an address gives its class: single addresses stand before networks.
const IPV4: Table = [
  // AWS, Azure, GCP and most others; ECS; EKS; Tencent; Alibaba; Azure's wire server; Oracle.
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
  // IETF protocol assignments (Teredo among them).
  ['reserved', ranges('2001::/23')],
];

const CARRIERS: readonly { readonly range: Range; readonly offset: number }[] = [
  // Mapped (RFC 4291), translated (RFC 7915), NAT64 (RFC 6052), 6to4 (RFC 3056), compatible.
  { range: range('::ffff:0:0/96'), offset: 12 },
  { range: range('::ffff:0:0:0/96'), offset: 12 },
  { range: range('64:ff9b::/96'), offset: 12 },
  { range: range('2002::/16'), offset: 2 },
  { range: range('::/96'), offset: 12 },
];

const GLOBAL_UNICAST: Range = range('2000::/3');
