import { answerText, type Reader } from './record.ts';

/** What a name server said. */
export interface Answer {
  /** The name of the response code (RFC 1035, IANA): `NOERROR`, `NXDOMAIN`, `SERVFAIL` … */
  readonly rcode: string;
  /** Records of the type that was asked for, as text; aliases on the way are left out. */
  readonly answers: readonly string[];
  /** The shortest time that one of them may be kept, seconds; absent without answers. */
  readonly ttl: number | undefined;
  /** There was more than fits into a datagram. */
  readonly truncated: boolean;
}

/** The types that can be asked for, by number. */
export const TYPES = {
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

export type Type = keyof typeof TYPES;

export interface Question {
  /** Without the dot at its end. */
  readonly name: string;
  readonly type: Type;
}

const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;
const IS_RESPONSE = 0x8000;
const TRUNCATED = 0x0200;

const RCODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

/** A query as it goes on the wire (RFC 1035). */
export function encodeQuery(id: number, { name, type }: Question): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(RECURSION_DESIRED, 2);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(TYPES[type], 0);
  tail.writeUInt16BE(CLASS_IN, 2);
  return Buffer.concat([head, encodeName(name), tail]);
}

/**
 * Reads a response. `undefined` when it is none to this query: somebody else's guess is passed
 * over. Throws a RangeError when it cannot be read.
 */
export function decodeAnswer(bytes: Buffer, id: number, question: Question): Answer | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & IS_RESPONSE) === 0) return undefined;
  const reader = readerOf(bytes, 12);
  // A server that cannot read the question need not repeat it.
  const asked = bytes.readUInt16BE(4);
  if (asked > 1 || (asked === 1 && !isSame(reader, question))) return undefined;
  const code = flags & 0xf;
  const rcode = RCODES[code] ?? `RCODE${code}`;
  const answers: string[] = [];
  let ttl: number | undefined;
  for (let left = bytes.readUInt16BE(6); left > 0; left--) {
    reader.name();
    const type = reader.int(2);
    const kind = reader.int(2);
    const keep = reader.int(4);
    const end = reader.int(2) + reader.at();
    if (type === TYPES[question.type] && kind === CLASS_IN) {
      answers.push(answerText(question.type, reader, end));
      ttl = Math.min(ttl ?? keep, keep);
    }
    reader.moveTo(end);
  }
  return { rcode, answers, ttl, truncated: (flags & TRUNCATED) !== 0 };
}

function isSame(reader: Reader, { name, type }: Question): boolean {
  const same = reader.name().toLowerCase() === name.toLowerCase();
  return same && reader.int(2) === TYPES[type] && reader.int(2) === CLASS_IN;
}

function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** Most jumps within one name: a pointer may point at itself. */
const MOST_JUMPS = 64;

function readerOf(bytes: Buffer, start: number): Reader {
  let at = start;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('it ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    at: () => at,
    moveTo: (place) => {
      if (place > bytes.length) throw new RangeError('it ends too early');
      at = place;
    },
    int: (size) => take(size).readUIntBE(0, size),
    bytes: take,
    name: () => {
      const labels: string[] = [];
      let jumps = 0;
      let after: number | undefined;
      for (let length = take(1)[0] ?? 0; length > 0; length = take(1)[0] ?? 0) {
        if (length >= 0xc0) {
          const place = ((length & 0x3f) << 8) | (take(1)[0] ?? 0);
          after ??= at;
          jumps += 1;
          if (jumps > MOST_JUMPS) throw new RangeError('a name goes in circles');
          at = place;
        } else if (length > 63) throw new RangeError('a label is too long');
        else labels.push(take(length).toString('latin1'));
      }
      if (after !== undefined) at = after;
      return labels.join('.');
    },
  };
}
