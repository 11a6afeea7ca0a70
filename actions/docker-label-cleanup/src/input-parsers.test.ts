import { InvalidValue } from '@repo/core/errors/invalid-value';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diskThreshold, labelSelector, protectLine, protectLines } from './input-parsers.ts';

describe('labels', () => {
  test('reads groups separated by "or", and trims white space', () => {
    expect(labelSelector().parse(' a=b \r\nc\n or \n  d = e=f \n')).toEqual([
      [
        { key: 'a', value: 'b' },
        { key: 'c', value: undefined },
      ],
      [{ key: 'd', value: 'e=f' }],
    ]);
  });

  test.each([
    ['a=', 'has no value after "a=": is a variable not set?'],
    ['=a', 'has no key before the "="'],
    ['a!=b', 'is an exclusion'],
    ['a=b\n=c', 'line 2 has no key before the "="'],
    ['a=b\n\nc', 'line 2 is blank: is a variable not set?'],
    ['\na=b', 'line 1 is blank: is a variable not set?'],
    ['a=b\n  \n', 'line 2 is blank: is a variable not set?'],
    ['a=b\nor\nor\nc', 'line 3 has no labels before it'],
    ['or\nc', 'line 1 has no labels before it'],
    ['a=b\nor\n', 'line 2 has no labels after it'],
    ['or', 'has no labels before it'],
  ])('rejects %j', (text, problem) => {
    expect(() => labelSelector().parse(text)).toThrow(new InvalidValue(problem, expect.anything()));
  });

  test('rejects a blank line at any position', () => {
    const line = fc.constantFrom<string[]>('a=b', 'c', 'or', 'd=e');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.nat(), (lines, nat) => {
        const text = lines.toSpliced(nat % (lines.length + 1), 0, '').join('\n');
        expect(() => labelSelector().parse(`${text}\n`)).toThrow(/is blank: is a variable not set/);
      }),
    );
  });
});

describe('protect', () => {
  test('reads one rule per line, and rejects blank lines', () => {
    expect(() => protectLines().parse('environment=production\n\nname:db')).toThrow(
      'line 2 is blank: is a variable not set?',
    );
    expect(protectLines().parse('environment=production\nname:db\n')).toHaveLength(2);
  });

  test.each(['!self', '!nothing', 'tag:', 'environment=', 'x!=y'])('rejects %s', (line) => {
    expect(() => protectLine().parse(line)).toThrow(InvalidValue);
  });
});

describe('disk-threshold', () => {
  test.each([
    ['85%>80%', { start: 0.85, stop: 0.8 }],
    ['90% > 50.5%', { start: 0.9, stop: 0.505 }],
  ])('reads %s', (text, threshold) => {
    expect(diskThreshold().parse(text)).toEqual(threshold);
  });

  test.each(['85%', '85>80', '80%>85%', '101%>5%', '9%>8%>7%'])('rejects %s', (text) => {
    expect(() => diskThreshold().parse(text)).toThrow(InvalidValue);
  });
});
