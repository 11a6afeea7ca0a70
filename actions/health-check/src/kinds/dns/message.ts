import { formatRecord, RECORD_TYPES, type RecordReader, type RecordType } from './record.ts';

/** The response of a name server. */
export interface Response {
  /** The name of the response code (RFC 1035, IANA): `NOERROR`, `NXDOMAIN`, `SERVFAIL` … */
  readonly rcode: string;
  /** Records of the requested type as text, without the CNAMEs that lead to them. */
  readonly answers: readonly string[];
  /** The smallest TTL in seconds; `undefined` without answers. */
  readonly ttl: number | undefined;
  /** The response did not fit into a datagram. */
  readonly truncated: boolean;
}

export interface Question {
  /** Without the trailing dot. */
  readonly name: string;
  readonly type: RecordType;
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

/** A query in wire format (RFC 1035). */
export function encodeQuery(id: number, { name, type }: Question): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(RECURSION_DESIRED, 2);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(RECORD_TYPES[type], 0);
  tail.writeUInt16BE(CLASS_IN, 2);
  return Buffer.concat([head, encodeName(name), tail]);
}

/**
 * Decodes a response. Returns `undefined` when it does not belong to this query, which may be a
 * spoofing attempt. Throws a RangeError when it is malformed.
 */
export function decodeResponse(
  bytes: Buffer,
  id: number,
  question: Question,
): Response | undefined {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & IS_RESPONSE) === 0) return undefined;
  const reader = createReader(bytes, 12);
  // A server that cannot parse the question does not repeat it.
  const questions = bytes.readUInt16BE(4);
  if (questions > 1 || (questions === 1 && !isSame(reader, question))) return undefined;
  const code = flags & 0xf;
  const rcode = RCODES[code] ?? `RCODE${code}`;
  const answers: string[] = [];
  let ttl: number | undefined;
  for (let left = bytes.readUInt16BE(6); left > 0; left--) {
    reader.name();
    const type = reader.int(2);
    const recordClass = reader.int(2);
    const recordTtl = reader.int(4);
    const end = reader.int(2) + reader.at();
    if (type === RECORD_TYPES[question.type] && recordClass === CLASS_IN) {
      answers.push(formatRecord(question.type, reader, end));
      ttl = Math.min(ttl ?? recordTtl, recordTtl);
    }
    reader.moveTo(end);
  }
  return { rcode, answers, ttl, truncated: (flags & TRUNCATED) !== 0 };
}

function isSame(reader: RecordReader, { name, type }: Question): boolean {
  const hasName = reader.name().toLowerCase() === name.toLowerCase();
  return hasName && reader.int(2) === RECORD_TYPES[type] && reader.int(2) === CLASS_IN;
}

function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

/** Compression pointers within one name: a pointer may point to itself. */
const MAX_POINTERS = 64;

function createReader(bytes: Buffer, start: number): RecordReader {
  let at = start;
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('unexpected end of data');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    at: () => at,
    moveTo: (offset) => {
      if (offset > bytes.length) throw new RangeError('unexpected end of data');
      at = offset;
    },
    int: (size) => take(size).readUIntBE(0, size),
    bytes: take,
    name: () => {
      const labels: string[] = [];
      let pointers = 0;
      let after: number | undefined;
      for (let length = take(1)[0] ?? 0; length > 0; length = take(1)[0] ?? 0) {
        if (length >= 0xc0) {
          const offset = ((length & 0x3f) << 8) | (take(1)[0] ?? 0);
          after ??= at;
          pointers += 1;
          if (pointers > MAX_POINTERS) throw new RangeError('a name points to itself');
          at = offset;
        } else if (length > 63) throw new RangeError('a label is too long');
        else labels.push(take(length).toString('latin1'));
      }
      if (after !== undefined) at = after;
      return labels.join('.');
    },
  };
}
