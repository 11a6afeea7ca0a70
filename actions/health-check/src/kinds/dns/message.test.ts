import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeResponse, encodeQuery, type Question } from './message.ts';
import { RECORD_TYPES, type RecordType } from './record.ts';

const QUESTION: Question = { name: 'shop.example', type: 'A' };

/** A response to the question with records `[name, type, ttl, data]`. */
function response(
  { name, type }: Question,
  records: readonly (readonly [Buffer, RecordType, number, Buffer])[],
  flags = 0x8180,
): Buffer {
  const query = Buffer.from(encodeQuery(7, { name, type }));
  query.writeUInt16BE(flags, 2);
  query.writeUInt16BE(records.length, 6);
  const parts = records.map(([owner, kind, ttl, data]) => {
    const head = Buffer.alloc(10);
    head.writeUInt16BE(RECORD_TYPES[kind], 0);
    head.writeUInt16BE(1, 2);
    head.writeUInt32BE(ttl, 4);
    head.writeUInt16BE(data.length, 8);
    return Buffer.concat([owner, head, data]);
  });
  return Buffer.concat([query, ...parts]);
}

/** A pointer to the name of the question. */
const SAME = Buffer.from([0xc0, 12]);
const labels = (...names: readonly string[]) =>
  Buffer.concat([
    ...names.map((name) => Buffer.from(`${String.fromCharCode(name.length)}${name}`, 'latin1')),
    Buffer.from([0]),
  ]);

test('encodes a query in the format of RFC 1035', () => {
  expect(encodeQuery(0x1234, { name: 'a.example', type: 'MX' }).toString('hex')).toBe(
    '123401000001000000000000' + '0161076578616d706c6500' + '000f0001',
  );
});

describe('answers', () => {
  const SOA = Buffer.alloc(20);
  for (const [index, value] of [2026, 7200, 900, 86400, 300].entries()) {
    SOA.writeUInt32BE(value, index * 4);
  }
  test.each<[RecordType, Buffer, string]>([
    ['A', Buffer.from([192, 0, 2, 1]), '192.0.2.1'],
    ['AAAA', Buffer.from('20010db8000000000000000000000001', 'hex'), '2001:db8::1'],
    ['CNAME', Buffer.concat([Buffer.from('\x03www', 'latin1'), SAME]), 'www.shop.example'],
    ['NS', labels('ns', 'example'), 'ns.example'],
    ['PTR', labels('shop', 'example'), 'shop.example'],
    ['MX', Buffer.concat([Buffer.from([0, 10]), labels('mail')]), '10 mail'],
    ['SRV', Buffer.concat([Buffer.from([0, 1, 0, 2, 19, 196]), labels('sip')]), '1 2 5060 sip'],
    ['TXT', Buffer.from('\x02ab\x00\x01c', 'latin1'), 'abc'],
    ['CAA', Buffer.from('\x80\x05issueca.example', 'latin1'), '128 issue "ca.example"'],
    [
      'SOA',
      Buffer.concat([labels('ns'), labels('admin', 'example'), SOA]),
      'ns admin.example 2026 7200 900 86400 300',
    ],
  ])('%s', (type, data, text) => {
    const question: Question = { name: 'shop.example', type };
    expect(decodeResponse(response(question, [[SAME, type, 60, data]]), 7, question)).toEqual({
      rcode: 'NOERROR',
      answers: [text],
      ttl: 60,
      truncated: false,
    });
  });

  test('omit CNAMEs and have the smallest TTL', () => {
    const bytes = response(QUESTION, [
      [SAME, 'CNAME', 5, labels('www')],
      [labels('www'), 'A', 300, Buffer.from([192, 0, 2, 1])],
      [labels('www'), 'A', 60, Buffer.from([192, 0, 2, 2])],
    ]);
    expect(decodeResponse(bytes, 7, QUESTION)).toMatchObject({
      answers: ['192.0.2.1', '192.0.2.2'],
      ttl: 60,
    });
  });

  test('can be empty; response codes have names', () => {
    expect(decodeResponse(response(QUESTION, []), 7, QUESTION)).toEqual({
      rcode: 'NOERROR',
      answers: [],
      ttl: undefined,
      truncated: false,
    });
    for (const [flags, rcode] of [
      [0x8182, 'SERVFAIL'],
      [0x8183, 'NXDOMAIN'],
      [0x818f, 'RCODE15'],
    ] as const) {
      expect(decodeResponse(response(QUESTION, [], flags), 7, QUESTION)?.rcode).toBe(rcode);
    }
    expect(decodeResponse(response(QUESTION, [], 0x8380), 7, QUESTION)?.truncated).toBe(true);
  });
});

test('ignores messages that are not a response to this query', () => {
  const bytes = response(QUESTION, []);
  expect(decodeResponse(bytes, 8, QUESTION)).toBeUndefined();
  expect(decodeResponse(bytes, 7, { ...QUESTION, type: 'MX' })).toBeUndefined();
  expect(decodeResponse(bytes, 7, { ...QUESTION, name: 'other.example' })).toBeUndefined();
  expect(decodeResponse(encodeQuery(7, QUESTION), 7, QUESTION)).toBeUndefined();
  expect(decodeResponse(Buffer.from([0, 7]), 7, QUESTION)).toBeUndefined();
  // Some servers change the case of the question.
  expect(decodeResponse(bytes, 7, { ...QUESTION, name: 'SHOP.example' })).toBeDefined();
});

test('rejects a name that points to itself', () => {
  const circle = Buffer.from([0xc0, encodeQuery(7, QUESTION).length]);
  const bytes = response(QUESTION, [[circle, 'A', 60, Buffer.from([192, 0, 2, 1])]]);
  expect(() => decodeResponse(bytes, 7, QUESTION)).toThrow('a name points to itself');
});

test('any input results in a response, undefined or a RangeError', () => {
  const good = response(QUESTION, [[SAME, 'A', 60, Buffer.from([192, 0, 2, 1])]]);
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 40 }), (from, noise) => {
      const bytes = Buffer.concat([good.subarray(0, from), noise]);
      try {
        decodeResponse(bytes, 7, QUESTION);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
    { numRuns: 2_000 },
  );
});
