import type { Type } from './message.ts';

/** A place in a message, from which fields are read in turn. Throws a RangeError beyond its end. */
export interface Reader {
  readonly at: () => number;
  readonly moveTo: (place: number) => void;
  readonly int: (size: 1 | 2 | 4) => number;
  readonly bytes: (length: number) => Buffer;
  /** With the parts that it only points to; without the dot at its end. */
  readonly name: () => string;
}

/** The data of a record that ends at `end`, as zone files write it. */
export function answerText(type: Type, reader: Reader, end: number): string {
  return TEXTS[type](reader, end);
}

const TEXTS: Readonly<Record<Type, (reader: Reader, end: number) => string>> = {
  A: ({ bytes }) => [...bytes(4)].join('.'),
  AAAA: ({ bytes }) => {
    const groups = Array.from({ length: 8 }, () => bytes(2).readUInt16BE(0).toString(16));
    // The URL parser writes every address in its one canonical form.
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
  // Long texts come in pieces of 255 bytes.
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
