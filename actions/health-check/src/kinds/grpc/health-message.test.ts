import { describe, expect, test } from 'vitest';
import { decodeResponse, encodeRequest } from './health-message.ts';

const frame = (hex: string) => {
  const message = Buffer.from(hex, 'hex');
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

test('encodes the service name in UTF-8', () => {
  expect(encodeRequest('').toString('hex')).toBe('0000000000');
  expect(encodeRequest('ä').toString('hex')).toBe('0000000004' + '0a02c3a4');
  const long = encodeRequest('x'.repeat(300));
  expect(long.subarray(0, 8).toString('hex')).toBe('000000012f' + '0aac02');
});

describe('a response', () => {
  test.each([
    ['', 'UNKNOWN'],
    ['0801', 'SERVING'],
    ['0802', 'NOT_SERVING'],
    ['0809', 'STATE_9'],
    // A length beyond the end, negative as a signed number.
    ['080112ffffffff0f', 'SERVING'],
    // Unknown fields, and a repeated value.
    ['0802' + '1203616263' + '1805' + '0801', 'SERVING'],
  ])('%j', (hex, state) => {
    expect(decodeResponse(frame(hex))).toBe(state);
  });

  test.each([
    Buffer.alloc(0),
    Buffer.from('0100000000', 'hex'),
    Buffer.from('0000000009' + '0801', 'hex'),
    frame('0d01020304'),
    frame('08ffffffffffff'),
  ])('rejects %j', (bytes) => {
    expect(() => decodeResponse(bytes)).toThrow(/the response is not/);
  });
});
