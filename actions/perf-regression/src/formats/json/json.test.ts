import { describe, expect, it } from 'vitest';
import { FormatError } from '../format-error.ts';
import { findOffset } from './json-tokens.ts';
import { parseJson } from './parse-json.ts';

function failure(run: () => unknown): FormatError {
  try {
    run();
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

describe('parseJson', () => {
  it('reads bare NaN and Infinity as infinite numbers, and keeps strings', () => {
    const root = parseJson('{"a": NaN, "b": [-Infinity, inf, 1],\n "c": "NaN, \\" Infinity"}', 'f');
    expect(root.get('a').value).toBe(Number.POSITIVE_INFINITY);
    expect(root.get('b').items.map(({ value }) => Number.isFinite(value))).toEqual([
      false,
      false,
      true,
    ]);
    expect(root.get('c').value).toBe('NaN, " Infinity');
  });

  it.each([
    ['{"a": 1,\n "b": [1, 2', 2, 'is incomplete'],
    ['[\n{"a": NaN},\n{"b": tru }]', 3, 'is not valid JSON'],
    ['{"a": 1}\n\n}', 3, 'is not valid JSON'],
    ['{"a": 1}\n5', 2, 'is not valid JSON'],
    ['[1,\n]', 2, 'is not valid JSON'],
    ['{"a"\n1}', 2, 'is not valid JSON'],
    ['[\n}', 2, 'is not valid JSON'],
    ['{\na: 1}', 2, 'is not valid JSON'],
    ['{"a": [], "b": {},\n"c": 01}', 2, 'is not valid JSON'],
    ['nothing', 1, 'is not valid JSON'],
    ['{"a": "b\n', 2, 'is incomplete'],
    ['[[', 1, 'is incomplete'],
  ])('%j: line %d, %s', (text, line, problem) => {
    const error = failure(() => parseJson(text, 'out.json'));
    expect(error).toMatchObject({ file: 'out.json', line });
    expect(error.message).toMatch(`out.json:${line}: `);
    expect(error.problem).toContain(problem);
  });

  it('reads property names of Object', () => {
    const root = parseJson('{"__proto__": {"x": 1}, "constructor": 2}', 'f');
    expect(root.get('__proto__', 'x').value).toBe(1);
    expect(root.get('toString').value).toBeUndefined();
    expect(root.entries.map(([key]) => key)).toEqual(['__proto__', 'constructor']);
  });

  it('finds the line of a value', () => {
    const root = parseJson('{\n"a": {"b": "x"},\n"c": [\n1,\n{"d": "}", "e":\n null}\n]}', 'f');
    expect(root.get('c').items[1]?.get('e').line).toBe(6);
    expect(root.get('c').items[0]?.line).toBe(4);
    expect(root.get('c').items[1]?.get('missing').line).toBe(5);
    expect(root.get('nowhere', 'at', 'all').line).toBe(1);
  });
});

describe('findOffset', () => {
  it('stops at an unterminated string', () => {
    expect(findOffset('{"a": 1, "b', ['b'])).toBe(0);
  });
});
