import { isIP } from 'node:net';
import type { WireGuard } from '../endpoint/endpoint.ts';
import { countBase64Bytes, toPaddedBase64 } from './base64.ts';
import { parseHostAndPort, quote } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';
import type { Link } from './link.ts';
import type { NamedEndpoint } from './named-endpoint.ts';
import { encode, formatAuthority, writeLink } from './write-link.ts';

/** `wireguard://private-key@host:port?publickey=…&address=10.0.0.2/32&reserved=1,2,3&mtu=1420` */
export function parseWireGuard(link: Link): NamedEndpoint<WireGuard> {
  const { query } = link;
  const preshared = query.get('presharedkey') ?? query.get('psk') ?? '';
  return {
    endpoint: {
      protocol: 'wireguard',
      ...parseHostAndPort(link.authority, 51_820),
      privateKey: parseKey('private key', link.user ?? query.get('privatekey') ?? ''),
      publicKey: parseKey(
        'public key',
        query.get('publickey') ?? query.get('peer_public_key') ?? '',
      ),
      presharedKey: preshared === '' ? '' : parseKey('preshared key', preshared),
      addresses: parseAddresses(query.get('address') ?? query.get('local_address') ?? ''),
      reserved: parseReserved(query.get('reserved') ?? ''),
      mtu: parseMtu(query.get('mtu')),
    },
    remarks: link.remarks,
  };
}

/** Keys have 32 bytes (https://www.wireguard.com/protocol/); returns padded standard base64. */
function parseKey(name: string, text: string): string {
  if (countBase64Bytes(text.trim()) !== 32) {
    throw new InvalidLink(`its ${name} is not 32 bytes of base64`);
  }
  return toPaddedBase64(text.trim());
}

function parseAddresses(text: string): string[] {
  const addresses = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(cidr);
  if (addresses.length === 0) throw new InvalidLink('it has no interface address');
  return addresses;
}

function cidr(text: string): string {
  const [address = '', bits, ...more] = text.replace(/[[\]]/g, '').split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  const maxBits = version === 4 ? 32 : 128;
  const length = bits === undefined ? maxBits : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || more.length > 0 || length < 0 || length > maxBits) {
    throw new InvalidLink(`its address ${quote(text)} is not in CIDR notation such as 10.0.0.2/32`);
  }
  return `${address.toLowerCase()}/${length}`;
}

/** Three bytes: `1,2,3` or base64. */
function parseReserved(text: string): number[] {
  if (text === '') return [];
  const bytes = /^[\d,\s[\]]+$/.test(text)
    ? text
        .replace(/[[\]\s]/g, '')
        .split(',')
        .map(Number)
    : [...Buffer.from(text, 'base64')];
  if (bytes.length !== 3 || bytes.some((byte) => byte > 255)) {
    throw new InvalidLink('its reserved bytes are not three numbers up to 255');
  }
  return bytes;
}

function parseMtu(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const mtu = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (mtu < 576 || mtu > 65_535) {
    throw new InvalidLink(`its MTU ${quote(text)} is not between 576 and 65535`);
  }
  return mtu;
}

export function formatWireGuard({ endpoint, remarks }: NamedEndpoint<WireGuard>): string {
  return writeLink({
    scheme: 'wireguard',
    user: encode(endpoint.privateKey),
    authority: formatAuthority(endpoint),
    parameters: {
      publickey: endpoint.publicKey,
      presharedkey: endpoint.presharedKey,
      address: endpoint.addresses.join(','),
      reserved: endpoint.reserved.join(','),
      mtu: endpoint.mtu === undefined ? '' : String(endpoint.mtu),
    },
    remarks,
  });
}
