import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { InputError } from '../errors/input-error.ts';
import { duration } from '../inputs/duration.ts';
import { field } from './field.ts';
import { parseConfig } from './parse-config.ts';

const KNOWN = 'Write name, http, tries or tags.';
const check = v.strictObject(
  {
    name: v.string(),
    http: v.optional(
      v.union([
        v.string(),
        v.strictObject({
          url: v.string(),
          method: v.optional(v.picklist(['GET', 'POST'])),
          timeout: v.optional(field(duration())),
        }),
      ]),
    ),
    tries: v.optional(v.pipe(v.number(), v.minValue(3))),
    tags: v.optional(v.record(v.string(), v.boolean())),
  },
  KNOWN,
);
const schema = v.strictObject({
  timeout: v.optional(field(duration())),
  checks: v.optional(v.array(check)),
});

/** The message of each mistake, without the line that counts them. */
async function mistakes(text: string, asked: v.GenericSchema = schema) {
  const error = await parseConfig(text, 'cfg', asked).then(
    (value) => new Error(`parsed as ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InputError)) throw error;
  for (const { problem, remedy } of error.problems) {
    expect(`${problem}. ${remedy}`).not.toMatch(/undefined|Invalid|never|\bObject\b|\.\.$|\. $/);
    expect(remedy).toMatch(/^["\p{Lu}].*\.$/u);
  }
  return error.problems.map(
    ({ where, given, problem, remedy }) =>
      `${where}: ${given === undefined ? '' : `"${given}" `}${problem}. ${remedy}`,
  );
}

describe('valid configurations', () => {
  test('YAML', async () => {
    const text = 'timeout: 5s\nchecks:\n  - name: a\n    http: {url: b, method: POST}\n';
    expect(await parseConfig(text, 'cfg', schema)).toEqual({
      timeout: 5_000,
      checks: [{ name: 'a', http: { url: 'b', method: 'POST' } }],
    });
  });

  test('a byte order mark before a list, as Windows editors write it', async () => {
    const list = v.array(v.strictObject({ name: v.string(), tries: v.number() }));
    const text = '\uFEFF- name: a\r\n  tries: 3\r\n';
    expect(await parseConfig(text, 'cfg', list)).toEqual([{ name: 'a', tries: 3 }]);
  });

  test('JSON with tabs and Windows line ends', async () => {
    const text = '{\r\n\t"timeout": "5s",\r\n\t"checks": [\r\n\t\t{ "name": "a" }\r\n\t]\r\n}\r\n';
    expect(await parseConfig(text, 'cfg', schema)).toEqual({
      timeout: 5_000,
      checks: [{ name: 'a' }],
    });
  });

  test('a few aliases', async () => {
    const text = 'checks:\n  - &first {name: a}\n  - *first\n';
    expect(await parseConfig(text, 'cfg', schema)).toEqual({
      checks: [{ name: 'a' }, { name: 'a' }],
    });
  });

  test('a schema that depends on the data', async () => {
    const asked = async (data: unknown) => {
      expect(data).toEqual({ a: 1 });
      return v.strictObject({ a: v.number() });
    };
    expect(await parseConfig('a: 1', 'cfg', asked)).toEqual({ a: 1 });
  });
});

describe('positions', () => {
  test.each([
    ['at the top', 'timeout: 5s\nfoo: 1', 'cfg:2:1: foo is not a known key'],
    ['nested', 'checks:\n  - name: a\n    htp: b', 'cfg:3:5: checks.0.htp is not a known key'],
    ['in a flow', 'checks: [{name: a, htp: b}]', 'cfg:1:20: checks.0.htp is not a known key'],
    ['after Windows line ends', '{\r\n\t"foo": 1\r\n}', 'cfg:2:2: foo is not a known key'],
    ['that is a number', 'timeout: 5s\n7: x', 'cfg:2:1: 7 is not a known key'],
    ['that is a boolean', 'timeout: 5s\ntrue: x', 'cfg:2:1: true is not a known key'],
    ['behind an alias', 'checks:\n - &a {name: x}\n - <<: *a', 'cfg:3:4: checks.1.name is missing'],
  ])('a key %s', async (_, text, expected) => {
    expect((await mistakes(text)).join('\n')).toContain(expected);
  });

  test('reports a missing key at the position of its parent', async () => {
    expect(await mistakes('checks:\n  - tries: 3\n')).toEqual([
      `cfg:2:5: checks.0.name is missing. ${KNOWN}`,
    ]);
    expect(
      await mistakes('a: {}', v.strictObject({ a: v.strictObject({ b: v.string() }) })),
    ).toEqual(['cfg:1:1: a.b is missing. Add it.']);
  });

  test('reports an invalid value at its key, and an item at its own position', async () => {
    expect(await mistakes('timeout: 5')).toEqual([
      'cfg:1:1: timeout "5" has no unit. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
    ]);
    expect(await mistakes('- a\n- 5', v.array(v.string()))).toEqual([
      'cfg:2:3: item 2 "5" is not valid. Write text.',
    ]);
  });
});

test('reports all problems at once', async () => {
  const text = [
    'timeout: 5',
    'foo: 1',
    'bar: 2',
    'checks:',
    '  - nam: x',
    '    nme: y',
    '    tries: 2',
    '  - name: 5',
    '    tags: {a: maybe}',
    '  - text',
  ].join('\n');
  expect(await mistakes(text)).toEqual([
    'cfg:1:1: timeout "5" has no unit. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
    'cfg:2:1: foo is not a known key. Remove it, or check its spelling.',
    'cfg:3:1: bar is not a known key. Remove it, or check its spelling.',
    `cfg:5:5: checks.0.nam is not a known key. ${KNOWN}`,
    `cfg:5:5: checks.0.name is missing. ${KNOWN}`,
    `cfg:6:5: checks.0.nme is not a known key. ${KNOWN}`,
    'cfg:7:5: checks.0.tries "2" is not valid. Expected >=3.',
    'cfg:8:5: checks.1.name "5" is not valid. Write text.',
    'cfg:9:12: checks.1.tags.a "maybe" is not valid. Write true or false.',
    `cfg:10:5: checks.2 "text" is not valid. ${KNOWN}`,
  ]);
});

test('limits the number of reported unknown keys', async () => {
  const text = Array.from({ length: 1_000 }, (_, index) => `k${index}: 1`).join('\n');
  expect((await mistakes(text)).length).toBeLessThanOrEqual(100);
});

describe('wrong types', () => {
  const one = (inner: v.GenericSchema) => v.strictObject({ a: inner });
  test.each([
    ['a: 5', v.string(), 'a "5" is not valid. Write text.'],
    ['a: x', v.number(), 'a "x" is not valid. Write a number.'],
    ['a: yes', v.boolean(), 'a "yes" is not valid. Write true or false.'],
    ['a: {}', v.array(v.string()), 'a is not valid. Write a list (- item).'],
    ['a: x', v.strictObject({}), 'a "x" is not valid. Write a mapping (name: value).'],
    ['a:', v.string(), 'a is empty. Write text.'],
    ['a: 3', v.picklist(['x', 'y']), 'a "3" is not valid. Write "x" or "y".'],
    [
      'a: 3',
      v.union([v.string(), v.boolean()]),
      'a "3" is not valid. Write text or true or false.',
    ],
    ['a: x', v.pipe(v.string(), v.regex(/^y$/)), 'a "x" is not valid. Expected /^y$/.'],
    [
      'a: ""',
      v.pipe(v.string(), v.nonEmpty('is empty\nGive it a name.')),
      'a "" is empty. Give it a name.',
    ],
    ['a: 1', v.strictObject({}, 'Write an object.'), 'a "1" is not valid. Write an object.'],
    [
      'a: x',
      v.pipe(
        v.string(),
        v.check((text) => text !== 'x'),
      ),
      'a "x" is not valid. Write another value.',
    ],
  ])('%s', async (text, inner, expected) => {
    expect(await mistakes(text, one(inner))).toEqual([`cfg:1:1: ${expected}`]);
  });

  test('rejects a list for a mapping whose keys are all optional', async () => {
    expect(await mistakes('- 1')).toEqual(['cfg:1:1: is a list. Write a mapping (name: value).']);
    expect(await mistakes('checks:\n  - [a]')).toEqual([`cfg:2:5: checks.0 is a list. ${KNOWN}`]);
  });

  test.each(['', '# nothing', '---\n'])('an empty document (%j)', async (text) => {
    expect((await mistakes(text)).map((line) => line.replace(/^cfg:\d+:\d+: /, ''))).toEqual([
      'is empty. Write a mapping (name: value).',
    ]);
    expect((await mistakes(text))[0]).not.toContain(':0:');
  });

  test('cuts a long value so that the problem stays visible', async () => {
    expect(await mistakes(`timeout: ${'x'.repeat(5_000)}`)).toEqual([
      `cfg:1:1: timeout "${'x'.repeat(80)}…" is not a duration. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.`,
    ]);
  });
});

describe('a union reports the problem of the intended option', () => {
  test.each([
    [
      '{ur: 1}',
      [
        'checks.0.http.url is missing. Add it.',
        'checks.0.http.ur is not a known key. Remove it, or check its spelling.',
      ],
    ],
    ['{url: a, method: PUT}', ['checks.0.http.method "PUT" is not valid. Write "GET" or "POST".']],
    [
      '{url: a, timeout: 5}',
      [
        'checks.0.http.timeout "5" has no unit. Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      ],
    ],
    ['3', ['checks.0.http "3" is not valid. Write text or a mapping (name: value).']],
    ['[a]', ['checks.0.http is a list. Write a mapping (name: value).']],
  ])('%s', async (http, expected) => {
    const found = await mistakes(`checks:\n  - name: a\n    http: ${http}`);
    expect(found.map((line) => line.replace(/^cfg:3:\d+: /, ''))).toEqual(expected);
  });

  test('with its position', async () => {
    const text =
      'checks:\n  - name: a\n    http:\n      url: b\n      method: PUT\n      x: 1\n      y: 2';
    expect((await mistakes(text)).map((line) => line.slice(0, 7))).toEqual([
      'cfg:5:7',
      'cfg:6:7',
      'cfg:7:7',
    ]);
  });

  test('a variant by its key', async () => {
    const variant = v.variant('kind', [
      v.strictObject({ kind: v.literal('a'), x: v.number() }),
      v.strictObject({ kind: v.literal('b'), y: v.number() }),
    ]);
    expect(await mistakes('kind: b\ny: z\nw: 1', variant)).toEqual([
      'cfg:2:1: y "z" is not valid. Write a number.',
      'cfg:3:1: w is not a known key. Remove it, or check its spelling.',
    ]);
    expect(await mistakes('kind: c', variant)).toEqual([
      'cfg:1:1: kind "c" is not valid. Write "a" or "b".',
    ]);
  });
});

describe('broken YAML', () => {
  test.each([
    [
      'duplicate keys',
      'timeout: 5s\ntimeout: 6s',
      'cfg:2:1: is not valid YAML: map keys must be unique',
    ],
    ['an open list', 'a: [1\nb: 2', 'cfg:2:1: is not valid YAML: flow sequence'],
    ['tabs as indentation', 'a:\n\tb: 1', 'cfg:2:1: is not valid YAML: tabs are not allowed'],
    ['a bad escape', 'a: "\\q"', 'cfg:1:5: is not valid YAML: invalid escape sequence \\q'],
    ['an alias to nothing', 'timeout: 5s\nchecks: *x', 'cfg: is not valid YAML: unresolved alias'],
    ['two documents', 'a: 1\n---\nb: 2', 'cfg:2:1: has several documents'],
  ])('%s', async (_, text, expected) => {
    expect((await mistakes(text))[0]).toContain(expected);
  });

  test('omits follow-up errors, and reports a tab', async () => {
    expect(await mistakes('- name: a\n\ttcp: {host: x, port: 1}\n- {name: b}\n')).toEqual([
      'cfg:2:2: is not valid YAML: unexpected scalar at node end. Indent with spaces. YAML does not allow tabs.',
    ]);
    // Independent problems are reported.
    expect(await mistakes('a: 1\na: 2\nb: 1\nb: 2\n')).toHaveLength(2);
  });

  test('a billion laughs', async () => {
    const names = 'abcdefgh'.split('');
    const text = names
      .map((name, index) => {
        const inner = index === 0 ? 'lol' : `*${names[index - 1]}`;
        return `${name}: &${name} [${Array(9).fill(inner).join(', ')}]`;
      })
      .join('\n');
    expect(await mistakes(text)).toEqual([
      'cfg: expands its aliases too often. Write the value in full.',
    ]);
  });

  test('an alias that contains itself', async () => {
    const circles = v.strictObject({ a: v.unknown() });
    expect(await mistakes('a: &a [*a]', circles)).toEqual([
      'cfg: has an alias that contains itself. Write the value in full.',
    ]);
  });

  test('rejects a text that is too long', async () => {
    expect(await mistakes(`a: ${'x'.repeat(1_000_000)}`)).toEqual([
      'cfg: is longer than 1,000,000 characters. Split it up.',
    ]);
  });
});

describe('untrusted configurations', () => {
  const anything = v.record(v.string(), v.unknown());

  test.each([
    ['YAML', 'a: b\nc:\n  - d: "x\\0y"\n'],
    ['JSON', '{"a": "b",\n "c":\n  [{"d": "x\\u0000y"}]}'],
  ])('rejects a NUL character: %s', async (_, text) => {
    expect(await mistakes(text, anything)).toEqual([
      expect.stringMatching(/^cfg:3:\d: c\.0\.d contains a NUL character\. Remove it\.$/),
    ]);
  });

  test('a NUL in a key', async () => {
    expect(await mistakes('a: {"b\\0": 1}', anything)).toEqual([
      'cfg:1:1: a contains a NUL character. Remove it.',
    ]);
    expect(await mistakes('{"b\\0": 1}', anything)).toEqual([
      'cfg:1:1: a key contains a NUL character. Remove it.',
    ]);
  });

  test('tags do not run code', async () => {
    const text =
      'a: !!js/function "function () { throw 1 }"\nb: !<tag:yaml.org,2002:js/undefined> x';
    expect(await parseConfig(text, 'cfg', anything)).toEqual({
      a: 'function () { throw 1 }',
      b: 'x',
    });
  });

  test('treats __proto__ and constructor like other keys', async () => {
    expect(
      await mistakes('__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}'),
    ).toEqual([
      'cfg:1:1: __proto__ is not a known key. Remove it, or check its spelling.',
      'cfg:2:1: constructor is not a known key. Remove it, or check its spelling.',
    ]);
    const value = await parseConfig('__proto__: {polluted: 1}\na: 1', 'cfg', anything);
    expect('polluted' in value).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  test('"<<" does not merge', async () => {
    expect(await mistakes('<<: {timeout: 5s}')).toEqual([
      'cfg:1:1: << is not a known key. Remove it, or check its spelling.',
    ]);
  });

  test('untrusted keys and values cannot print commands', async () => {
    const error = await parseConfig(
      '"a\\n::error::x": 1\ntimeout: "::x\\n::y"',
      'cfg',
      schema,
    ).catch((thrown: Error) => thrown);
    expect((error as Error).message).not.toMatch(/^\s*::/m);
  });
});
