import { ProtocolError } from '../connection.ts';

/** The states of grpc.health.v1 (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
const SERVING_STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** An uncompressed HealthCheckRequest in a gRPC frame. */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0
      ? name
      : Buffer.concat([Buffer.from([(1 << 3) | LENGTH_DELIMITED]), varint(name.length), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/** The serving status of a HealthCheckResponse in a gRPC frame. Throws a ProtocolError. */
export function decodeResponse(frame: Buffer): string {
  if (frame.length < 5 || frame[0] !== 0 || frame.readUInt32BE(1) !== frame.length - 5) {
    throw new ProtocolError('the response is not a gRPC message');
  }
  // A missing field has its default value.
  let state = 0;
  let at = 5;
  const next = () => {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = frame[at] ?? 0;
      at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new ProtocolError('the response is not a gRPC message');
  };
  while (at < frame.length) {
    const tag = next();
    if (tag === ((1 << 3) | VARINT)) state = next();
    else if ((tag & 7) === VARINT) next();
    else if ((tag & 7) === LENGTH_DELIMITED) {
      const length = next();
      at += length;
    } else throw new ProtocolError('the response is not a HealthCheckResponse');
  }
  return SERVING_STATES[state] ?? `STATE_${state}`;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
