import { describe, expect, expectTypeOf, test } from 'vitest';
import { InputError } from '../errors/input-error.ts';
import { InvalidValue } from '../errors/invalid-value.ts';
import { boolean } from './boolean.ts';
import { camelCase, defineInputs, type InputDefinition } from './define-inputs.ts';
import { duration } from './duration.ts';
import { httpUrl } from './http-url.ts';
import { integer } from './integer.ts';
import { list } from './list.ts';
import { optional, secret } from './parser.ts';
import { sharedInputs } from './shared-inputs.ts';
import { block, text } from './text.ts';

/** Parses as `runAction` does; what was masked comes along. */
async function parse<V>(
  definition: InputDefinition<V>,
  given: Record<string, string>,
): Promise<{ masked: string[]; values?: V; error?: unknown }> {
  const masked: string[] = [];
  const result = await definition
    .parse(
      (name) => given[name] ?? '',
      (value) => masked.push(value),
    )
    .then(
      (values) => ({ values }),
      (error: unknown) => ({ error }),
    );
  return { ...result, masked };
}

describe('defineInputs', () => {
  test('returns typed values under camel-case names', async () => {
    const definition = defineInputs({
      'fail-on': text(),
      timeout: duration(),
      'max-attempts': optional(integer({ min: 0, max: 9 })),
      url: list(httpUrl()),
      token: secret(text()),
      summary: boolean(),
    });
    const { values } = await parse(definition, {
      'fail-on': ' warn\n',
      timeout: '5s',
      url: 'https://a.test/\nhttps://b.test/',
      summary: 'true',
    });

    expectTypeOf(values?.maxAttempts).toEqualTypeOf<number | undefined>();
    expectTypeOf(values?.failOn).toEqualTypeOf<string | undefined>();
    expect(values).toEqual({
      failOn: 'warn',
      timeout: 5_000,
      maxAttempts: undefined,
      url: [new URL('https://a.test/'), new URL('https://b.test/')],
      token: '',
      summary: true,
    });
    expect(definition.names).toContain('max-attempts');
  });

  test('reports all problems at once, each with its remedy', async () => {
    const { error } = await parse(
      defineInputs({ timeout: duration(), summary: boolean(), url: list(httpUrl()), mode: text() }),
      { timeout: '5', summary: '', url: 'ftp://a.test', mode: 'fine' },
    );
    expect((error as InputError).problems).toEqual([
      {
        where: 'timeout',
        given: '5',
        problem: 'has no unit',
        remedy: 'Write a number with a unit: 500ms, 30s, 2m, 1h30m or 7d.',
      },
      {
        where: 'summary',
        given: '',
        problem: 'is required but empty',
        remedy: 'Give it a value.',
      },
      {
        where: 'url',
        problem: 'has the scheme ftp (line 1)',
        remedy: 'Write a complete URL: https://example.com/health.',
      },
    ]);
  });

  test('masks secrets before anything can fail, and omits them from messages', async () => {
    const { error, masked } = await parse(
      defineInputs({
        timeout: duration(),
        pin: secret(integer({ min: 1, max: 2 })),
        unset: secret(text()),
        url: list(httpUrl()),
      }),
      { timeout: 'x', pin: 'hunter2', url: 'https://u:word@h.test\nhttp://u:secret@h:99999/' },
    );
    expect(masked).toEqual(['hunter2', 'word', 'word']);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).not.toMatch(/hunter2|word|secret@/);
  });

  test('applies a rule only if its inputs are valid', async () => {
    const asked: unknown[] = [];
    const definition = defineInputs({ a: duration(), b: duration(), c: duration() }, [
      {
        reads: ['a', 'b'],
        check: ({ a, b }) => {
          asked.push([a, b]);
          return a < b ? undefined : { where: 'a', problem: 'is not below b', remedy: 'Lower it.' };
        },
      },
      {
        reads: ['c'],
        check: () => {
          throw new Error('asked in vain');
        },
      },
    ]);
    const { error } = await parse(definition, { a: '2s', b: '1s', c: 'bad' });
    expect(asked).toEqual([[2_000, 1_000]]);
    expect((error as InputError).problems.map(({ where }) => where)).toEqual(['c', 'a']);
    expect(await parse(definition, { a: 'bad', b: '1s', c: 'bad' })).toMatchObject({
      error: { problems: [{ where: 'a' }, { where: 'c' }] },
    });
    expect(asked).toHaveLength(1);
  });

  test('keeps the positions of the problems of a configuration', async () => {
    const inner = new InputError([{ where: 'checks:3:5', problem: 'x', remedy: 'Y.' }]);
    const { error } = await parse(
      defineInputs({ checks: { parse: () => Promise.reject(inner) }, timeout: duration() }),
      { checks: 'a', timeout: 'b' },
    );
    expect((error as InputError).problems.map(({ where }) => where)).toEqual([
      'checks:3:5',
      'timeout',
    ]);
  });

  test('does not report a bug in a parser as an invalid input', async () => {
    const bug = new TypeError('bug');
    const parser = { parse: () => Promise.reject(bug) };
    expect((await parse(defineInputs({ a: parser }), { a: 'x' })).error).toBe(bug);
  });

  test('rejects an empty required input, also with white space', async () => {
    const { error } = await parse(defineInputs({ a: duration() }), { a: ' \n ' });
    expect((error as InputError).message).toBe(
      'Invalid input a: is required but empty. Give it a value.',
    );
  });

  test('reports an InvalidValue of a custom parser', async () => {
    const parser = {
      parse: async () => {
        throw new InvalidValue('is odd', 'Write an even one.');
      },
    };
    expect((await parse(defineInputs({ n: parser }), { n: '3' })).error).toMatchObject({
      message: 'Invalid input n: "3" is odd. Write an even one.',
    });
  });

  test('parses the inputs that all actions share', async () => {
    const { values, masked } = await parse(defineInputs(sharedInputs), {
      summary: 'true',
      notify: 'slack=https://hooks.test/T1',
      'notify-on': 'fail',
    });
    expect(values).toEqual({
      reportFile: '',
      summary: true,
      notify: [{ service: 'slack', url: 'https://hooks.test/T1' }],
      notifyOn: 'fail',
    });
    expect(masked).toEqual(['https://hooks.test/T1']);
  });
});

test.each([
  ['fail-on', 'failOn'],
  ['min-tls-days', 'minTlsDays'],
  ['url', 'url'],
  ['ipv-6', 'ipv6'],
])('camelCase: %s is %s', (name, expected) => {
  expect(camelCase(name)).toBe(expected);
});

test('trims a value, but not a verbatim block', async () => {
  const definition = defineInputs({ one: text(), yaml: block(), blank: block() });
  const given: Readonly<Record<string, string>> = {
    one: ' a ',
    yaml: '\n  - a\n  - b\n',
    blank: ' \n',
  };
  const values = await definition.parse(
    (name) => given[name] ?? '',
    () => {},
  );
  expect(values).toEqual({ one: 'a', yaml: '\n  - a\n  - b\n', blank: '' });
});
