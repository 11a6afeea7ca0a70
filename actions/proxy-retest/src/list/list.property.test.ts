import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from './byte-source.ts';
import { setMembers } from './json-members.ts';
import { type ListFormat, openList } from './list-format.ts';
import { applyEdits } from './rewrite.ts';
import type { RecordSpan } from './scan.ts';
import { scanJsonArray } from './scan-json-array.ts';
import { scanLines } from './scan-lines.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncIterable<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(spans: AsyncIterable<RecordSpan>): Promise<RecordSpan[]> {
  const found: RecordSpan[] = [];
  for await (const span of spans) found.push(span);
  return found;
}

const spaces = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const jsonText = fc
  .tuple(fc.json(), fc.constantFrom(undefined, 1, '\t'))
  .map(([text, indent]) => JSON.stringify(JSON.parse(text), undefined, indent));

describe('the elements of an array', () => {
  test('are the same as with JSON.parse, for any chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(spaces, jsonText, spaces)),
        fc.integer({ min: 1, max: 50 }),
        async (elements, size) => {
          const inner = elements.map((parts) => parts.join('')).join(',');
          const bytes = Buffer.from(`[${inner}]`);
          const spans = await all(scanJsonArray(inPieces(bytes, size)));
          const values: unknown = JSON.parse(bytes.toString());
          expect(spans.map(({ raw }) => JSON.parse(Buffer.from(raw, 'latin1').toString()))).toEqual(
            values,
          );
          for (const { start, end, raw } of spans) {
            expect(bytes.toString('latin1', start, end)).toBe(raw);
          }
        },
      ),
    );
  });

  test('a truncated array is invalid', async () => {
    const bytes = Buffer.from('[{"a":[1,{"b":"]\\""}]} , "x" , 3]');
    for (let end = 0; end < bytes.length; end++) {
      await expect(all(scanJsonArray(inPieces(bytes.subarray(0, end), 7)))).rejects.toThrow(
        /truncated|is empty/,
      );
    }
  });
});

test('lines are the same as with split, for any chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[ -~\r]{0,12}$/)),
      fc.integer({ min: 1, max: 20 }),
      async (lines, size) => {
        const bytes = Buffer.from(lines.join('\n'));
        const spans = await all(scanLines(inPieces(bytes, size)));
        const expected = lines.map((line) => line.trim()).filter((line) => line !== '');
        expect(spans.map(({ raw }) => raw)).toEqual(expected);
        for (const { start, end, raw } of spans) {
          expect(bytes.toString('latin1', start, end)).toBe(raw);
        }
      },
    ),
  );
});

describe('members of an object', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  const noProto = (value: object) => !Object.keys(value).includes('__proto__');

  test('are set without other changes', () => {
    fc.assert(
      fc.property(
        object.filter(noProto),
        object.filter(noProto),
        fc.constantFrom(undefined, 1, '\t'),
        (before, changes, indent) => {
          const text = JSON.stringify(before, undefined, indent);
          const after = JSON.parse(setMembers(text, changes));
          expect(after).toEqual(JSON.parse(JSON.stringify({ ...before, ...changes })));
          expect(Object.keys(after)).toEqual(Object.keys({ ...before, ...changes }));
        },
      ),
    );
  });

  test('the text stays the same without changes', () => {
    const text = '{ "a" :1.50 ,\n"b":  [ ],"b":{} }';
    expect(setMembers(text, {})).toBe(text);
    expect(setMembers(text, { b: 7 })).toBe('{ "a" :1.50 ,\n"b":  [ ],"b":7 }');
  });

  test('new members use the style of the others and ASCII', () => {
    expect(setMembers('{\n  "a": 1,\n  "b": 2\n}', { c: { d: 'é', e: [1, 2] } })).toBe(
      '{\n  "a": 1,\n  "b": 2,\n  "c": {"d": "\\u00e9", "e": [1, 2]}\n}',
    );
    expect(setMembers('{"a":1,"b":2}', { c: { d: 1 } })).toBe('{"a":1,"b":2,"c":{"d":1}}');
    expect(setMembers('{"a":1}', { c: 1 })).toBe('{"a":1,"c":1}');
    expect(setMembers('{ }', { c: 1 })).toBe('{"c": 1 }');
  });
});

test('edits keep every other byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 10, maxLength: 40 }), async (array) => {
      const bytes = Buffer.from(array);
      const edits = [
        { start: 2, end: 4, bytes: Buffer.from('xyz') },
        { start: 4, end: 4, bytes: Buffer.from('+') },
        { start: 7, end: 10, bytes: Buffer.alloc(0) },
      ];
      const pieces: Buffer[] = [];
      for await (const piece of applyEdits(memorySource(bytes), inOrder(edits))) pieces.push(piece);
      expect(Buffer.concat(pieces)).toEqual(
        Buffer.concat([
          bytes.subarray(0, 2),
          Buffer.from('xyz+'),
          bytes.subarray(4, 7),
          bytes.subarray(10),
        ]),
      );
    }),
  );
});

async function* inOrder<T>(values: readonly T[]): AsyncIterable<T> {
  yield* values;
}

describe('the format of a list is detected', () => {
  test.each<[ListFormat, string]>([
    ['json', ' \n[{"config":"x"}]'],
    ['json', '\ufeff[]'],
    ['ndjson', '{"config":"x"}\n{"config":"y"}\n'],
    ['plain', '192.0.2.1:80\n'],
    ['plain', '[2001:db8::1]:80\n'],
    ['plain', '# comment\nvless://x@y:1'],
    ['plain', 'vmess://eyJhIjoxfQ=='],
    ['base64', Buffer.from('vless://a@b:1\n').toString('base64')],
    ['base64', Buffer.from('ss://a@b:1\n192.0.2.1:80').toString('base64url')],
    [
      'base64',
      (
        Buffer.from('trojan://'.repeat(30))
          .toString('base64')
          .match(/.{1,76}/g) ?? []
      ).join('\n'),
    ],
  ])('%s: %j', async (format, text) => {
    const { format: found } = await openList(memorySource(Buffer.from(text)), 'auto');
    expect(found).toBe(format);
  });

  test('any text is a list or has a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        const outcome = await openList(memorySource(Buffer.from(text)), 'auto')
          .then(async ({ scan, source }) => all(scan(source.chunks())))
          .then(
            () => 'read',
            (error: Error) => error.name,
          );
        expect(['read', 'BrokenList']).toContain(outcome);
      }),
    );
  });
});
