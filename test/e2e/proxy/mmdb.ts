/** The data of all addresses of a network, which is given by its first byte. */
export interface Network {
  /** 127 for 127.0.0.0/8. */
  readonly firstByte: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A MaxMind database with one network, in format 2.0 (https://maxmind.github.io/MaxMind-DB/): a search
 * tree of 24-bit records, the data and the metadata.
 */
export function mmdb({ firstByte, data }: Network): Buffer {
  const nodes = 8;
  const tree = Buffer.alloc(nodes * 6);
  for (let depth = 0; depth < nodes; depth++) {
    const bit = (firstByte >> (7 - depth)) & 1;
    // The data starts 16 bytes after the tree; the node count means that nothing was found.
    const next = depth === nodes - 1 ? nodes + 16 : depth + 1;
    tree.writeUIntBE(bit === 0 ? next : nodes, depth * 6, 3);
    tree.writeUIntBE(bit === 1 ? next : nodes, depth * 6 + 3, 3);
  }
  const metadata = {
    node_count: nodes,
    record_size: 24,
    ip_version: 4,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    description: { en: 'test' },
  };
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), encode(data), marker, encode(metadata)]);
}

function encode(value: unknown): Buffer {
  if (typeof value === 'string') return typed(2, Buffer.from(value));
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return typed(6, bytes);
  }
  if (Array.isArray(value)) {
    // An extended type: its second byte plus 7.
    return Buffer.concat([Buffer.from([value.length, 4]), ...value.map(encode)]);
  }
  const entries = Object.entries(value as object);
  const pairs = entries.flatMap(([name, one]) => [encode(name), encode(one)]);
  return Buffer.concat([Buffer.from([(7 << 5) | entries.length]), ...pairs]);
}

function typed(type: number, bytes: Buffer): Buffer {
  if (bytes.length > 28) throw new Error('the data is too long for this fixture');
  return Buffer.concat([Buffer.from([(type << 5) | bytes.length]), bytes]);
}
