/** The supported record types and their numbers. */
export const RECORD_TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  CAA: 257,
} as const;

export type RecordType = keyof typeof RECORD_TYPES;

/** Reads the fields of a message in order. Throws a RangeError at its end. */
export interface RecordReader {
  readonly at: () => number;
  readonly moveTo: (offset: number) => void;
  readonly int: (size: 1 | 2 | 4) => number;
  readonly bytes: (length: number) => Buffer;
  /** A decompressed name without the trailing dot. */
  readonly name: () => string;
}

/** The data of a record that ends at `end`, in zone file format. */
export function formatRecord(type: RecordType, reader: RecordReader, end: number): string {
  return FORMATTERS[type](reader, end);
}

const FORMATTERS: Readonly<Record<RecordType, (reader: RecordReader, end: number) => string>> = {
  A: ({ bytes }) => [...bytes(4)].join('.'),
  AAAA: ({ bytes }) => {
    const groups = Array.from({ length: 8 }, () => bytes(2).readUInt16BE(0).toString(16));
    // The URL parser returns the canonical form of an address.
    return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  },
  CNAME: ({ name }) => name(),
  NS: ({ name }) => name(),
  PTR: ({ name }) => name(),
  MX: ({ int, name }) => `${int(2)} ${name()}`,
  SRV: ({ int, name }) => `${int(2)} ${int(2)} ${int(2)} ${name()}`,
  SOA: ({ int, name }) => {
    const names = `${name()} ${name()}`;
    return `${names} ${int(4)} ${int(4)} ${int(4)} ${int(4)} ${int(4)}`;
  },
  // Long texts are split into strings of at most 255 bytes.
  TXT: ({ at, int, bytes }, end) => {
    const pieces: Buffer[] = [];
    while (at() < end) pieces.push(bytes(int(1)));
    return Buffer.concat(pieces).toString('utf8');
  },
  CAA: ({ at, int, bytes }, end) => {
    const flags = int(1);
    const tag = bytes(int(1)).toString('latin1');
    return `${flags} ${tag} "${bytes(end - at()).toString('utf8')}"`;
  },
};
