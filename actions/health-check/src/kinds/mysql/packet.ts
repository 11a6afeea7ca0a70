import { plain } from '@repo/core/text/untrusted';
import { type Connection, ProtocolError } from '../connection.ts';

/** The packets of MySQL and MariaDB (https://mariadb.com/kb/en/clientserver-protocol/). */
export interface Packets {
  /** The next packet. An error packet is thrown as a {@link MysqlError}. */
  readonly next: () => Promise<Buffer>;
  readonly send: (payload: Buffer) => void;
  /** Sends a command, which resets the sequence number. */
  readonly command: (payload: Buffer) => void;
}

/** An error packet of the server. */
export class MysqlError extends ProtocolError {
  /** SQLSTATE, e.g. `28000`; empty before the login. */
  readonly state: string;

  constructor(packet: Buffer) {
    const code = packet.readUInt16LE(1);
    const [, state = '', message = ''] =
      /^(?:#(.{5}))?(.*)$/s.exec(packet.toString('utf8', 3)) ?? [];
    super(`${plain(message)} (error ${code})`);
    this.state = state;
  }
}

const MAX_LENGTH = 0xffffff;

export function createPackets(connection: Connection): Packets {
  let sequence = 0;
  const send = (payload: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUIntLE(payload.length, 0, 3);
    head.writeUInt8(sequence & 0xff, 3);
    sequence += 1;
    connection.send(Buffer.concat([head, payload]));
  };
  return {
    send,
    command: (payload) => {
      sequence = 0;
      send(payload);
    },
    next: async () => {
      const head = await connection.read(4);
      const length = head.readUIntLE(0, 3);
      sequence = head.readUInt8(3) + 1;
      if (length === 0 || length === MAX_LENGTH) {
        throw new ProtocolError('the server does not speak the MySQL protocol');
      }
      const payload = await connection.read(length);
      if (payload[0] === 0xff) throw new MysqlError(payload);
      return payload;
    },
  };
}

/** Reads the fields of a packet in order. Each method throws a RangeError at its end. */
export interface FieldReader {
  readonly int: (bytes: 1 | 2 | 4) => number;
  readonly skip: (bytes: number) => void;
  readonly bytes: (length: number) => Buffer;
  /** A text up to a zero byte or the end of the packet. */
  readonly cString: () => string;
  /** A length-encoded integer; `null` for the SQL value NULL. */
  readonly length: () => number | null;
  /** A length-encoded text; `null` for the SQL value NULL. */
  readonly text: () => string | null;
  readonly isAtEnd: () => boolean;
}

export function createFieldReader(packet: Buffer): FieldReader {
  let at = 0;
  const bytes = (length: number) => {
    if (at + length > packet.length) throw new RangeError('unexpected end of a packet');
    at += length;
    return packet.subarray(at - length, at);
  };
  const int = (size: number) => bytes(size).readUIntLE(0, size);
  const length = () => {
    const first = int(1);
    if (first < 0xfb) return first;
    if (first === 0xfb) return null;
    if (first === 0xff) throw new RangeError('invalid length');
    if (first !== 0xfe) return int(first === 0xfc ? 2 : 3);
    return Number(bytes(8).readBigUInt64LE());
  };
  return {
    int,
    bytes,
    length,
    skip: (count) => void bytes(count),
    cString: () => {
      const end = packet.indexOf(0, at);
      const text = bytes((end < 0 ? packet.length : end) - at).toString('utf8');
      if (end >= 0) at += 1;
      return text;
    },
    text: () => {
      const size = length();
      return size === null ? null : bytes(size).toString('utf8');
    },
    isAtEnd: () => at >= packet.length,
  };
}
