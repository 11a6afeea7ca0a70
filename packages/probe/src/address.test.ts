import { describe, expect, it } from 'vitest';
import { type AddressClass, allowAny, classifyAddress, refuseLinkLocal } from './address.ts';

const ADDRESSES: Readonly<Record<AddressClass, readonly string[]>> = {
  loopback: ['127.0.0.1', '127.255.255.255', '::1', '[::1]', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  private: ['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12::1'],
  'link-local': ['169.254.0.1', '169.254.255.255', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  metadata: [
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
  ],
  cgnat: ['100.64.0.1', '100.127.255.255'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::', '::ffff:0.0.0.0'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
  reserved: [
    '240.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '2001::1',
    '64:ff9b:1::1',
    '100::1',
    '4000::1',
    'example.com',
    '127.1',
    '',
  ],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  public: [
    '1.1.1.1',
    '11.0.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '169.253.255.255',
    '2606:4700::1111',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
    '::ffff:1.1.1.1',
  ],
};

describe('classifyAddress', () => {
  const cases = Object.entries(ADDRESSES).flatMap(([expected, addresses]) =>
    addresses.map((address) => [address, expected]),
  );
  it.each(cases)('%s is %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });
});

describe('address policies', () => {
  it('refuseLinkLocal refuses only metadata and link-local addresses', () => {
    expect(refuseLinkLocal('::ffff:a9fe:a9fe')).toBe(
      '::ffff:a9fe:a9fe is a cloud metadata address',
    );
    expect(refuseLinkLocal('fe80::1')).toBe('fe80::1 is a link-local address');
    expect(['127.0.0.1', '10.0.0.1', '1.1.1.1'].map(refuseLinkLocal)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('allowAny allows every address', () => {
    expect(allowAny('169.254.169.254')).toBeUndefined();
  });
});
