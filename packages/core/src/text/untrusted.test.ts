import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defuse, plain, plainLines, stripInvisible } from './untrusted.ts';

fc.configureGlobal({ seed: 20_261_120, numRuns: 1_000 });

const ESC = '\u001b';
const BEL = '\u0007';
const ZERO_WIDTH_SPACE = '\u200b';

/** Text made of what is dangerous, so that the pieces meet in every order. */
const hostile = fc
  .array(
    fc.constantFrom(
      ...[':', '::', '#', '##', '##[', '[', ']', 'a', 'set-env', ' ', '\t', '\r', '\n', '\0', ESC],
      ...[`${ESC}[31m`, `${ESC}]0;t${BEL}`, `${ESC}]0;t${ESC}\\`, `${ESC}]`, `${ESC}P`, '\u009b'],
      ...['\u009d', '\u009c', '\u0085', '\u00a0', '\u2028', '\u2029', '\u3000', '\u200b', '\u200d'],
      ...['\u202e', '\u2066', '\ufeff', '\u00ad', '👩', '👩‍💻', '\ud83d', '\ude00', 'é'],
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(''));
const anyText = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 400 }));

/** The runner trims with .NET's TrimStart, whose white space includes U+0085. */
const isCommand = (line: string) => /^[\s\u0085]*::/.test(line) || line.includes('##[');
/** What plain may leave: our own zero width space, which breaks commands. */
const withoutBreaks = (text: string) => text.replaceAll(ZERO_WIDTH_SPACE, '');

describe('plain', () => {
  test('returns one sanitized line of at most the given length for any text', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
        const line = plain(text, maxLength);
        expect(isCommand(line)).toBe(false);
        expect(withoutBreaks(line)).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u,
        );
        expect(line.length).toBeLessThanOrEqual(maxLength + 1);
        expect(line.isWellFormed()).toBe(true);
      }),
    );
  });

  test.each([
    ['CSI', `a${ESC}[1;31mb${ESC}[0m`, 'ab'],
    ['CSI with intermediate characters', `a${ESC}[?25 hb`, 'ab'],
    ['CSI that never ends', `a${ESC}[31`, 'a31'],
    ['8-bit CSI', 'a\u009b31mb', 'ab'],
    ['OSC ended by BEL', `a${ESC}]0;title${BEL}b`, 'ab'],
    ['OSC ended by ST', `a${ESC}]8;;https://x.test${ESC}\\b`, 'ab'],
    ['8-bit OSC ended by 8-bit ST', 'a\u009d0;title\u009cb', 'ab'],
    ['OSC that never ends', `a${ESC}]0;title`, 'a'],
    ['DCS with its payload', `a${ESC}Pq#0;payload${ESC}\\b`, 'ab'],
    ['two-character escape', `a${ESC}cb`, 'ab'],
    ['character set', `a${ESC}(Bb`, 'ab'],
    ['escape at the end', `a${ESC}`, 'a'],
    ['escape that hides an escape', `a${ESC}${ESC}[0m[31mb`, 'a[31mb'],
    ['NUL, backspace, delete', 'a\0b\bc\u007fd', 'abcd'],
    ['line breaks and tabs', 'a\r\nb\rc\n\td', 'a b c d'],
    ['bidirectional overrides', 'a\u202eb\u2066c\u2069', 'abc'],
    ['joined emoji lose only the joiner', '👩‍💻', '👩💻'],
    ['emoji keep their variation', '⚠️', '⚠️'],
    ['hidden tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
  ])('%s', (_, given, expected) => {
    expect(plain(given)).toBe(expected);
  });

  test.each([
    '::set-env name=A::b',
    '  ::x::',
    '\u0085::x::',
    '\u00a0\u3000::x::',
    ':\u200b:x::',
    `:${ESC}[0m:x::`,
    `\u2028::x::`,
  ])('disables a runner command at the start: %j', (given) => {
    expect(plain(given)).toMatch(/^:\u200b:/);
  });

  test.each(['##[error]x', `a #${ESC}[0m#[error]x`, '#\u200b#\u200b[x]', '###[x]'])(
    'disables an old runner command anywhere: %j',
    (given) => {
      expect(plain(given)).toContain(`##${ZERO_WIDTH_SPACE}[`);
      expect(plain(given)).not.toContain('##[');
    },
  );

  test('keeps addresses in a line', () => {
    expect(plain('connect ECONNREFUSED ::1:80')).toBe('connect ECONNREFUSED ::1:80');
  });

  test('marks a cut with …, and does not split a character', () => {
    expect(plain('abc', 3)).toBe('abc');
    expect(plain('abcd', 3)).toBe('abc…');
    expect(plain('ab😀d', 3)).toBe('ab…');
    expect(plain('a\ud83d')).toBe('a\ufffd');
  });

  test('disabled commands do not exceed the length', () => {
    expect(plain('##['.repeat(100), 30)).toHaveLength(31);
  });

  test('reads only the start of a huge text', () => {
    const head = 'x'.repeat(300 * 8);
    const untouched = new Proxy(new String(head + 'y'.repeat(10_000_000)), {
      get: (text, name) => {
        if (name === 'length') return text.length;
        if (name === 'slice')
          return (from: number, to: number) => {
            expect(to).toBeLessThan(10_000);
            return text.slice(from, to);
          };
        throw new Error(`${String(name)} reads all of it`);
      },
    });
    expect(plain(untouched as string)).toBe(`${'x'.repeat(300)}…`);
  });

  test.each([`${ESC}]`, `${ESC}[`, `${ESC}[0`, '\u009d', ':', '\n', ' ', '\u2028', '##['])(
    'a megabyte of %j takes linear time',
    (piece) => {
      // Quadratic work would take hours here, and fail by the time limit of the test.
      const text = piece.repeat(1_000_000 / piece.length);
      stripInvisible(text);
      defuse(text);
    },
  );
});

describe('plainLines', () => {
  test('keeps lines and inner spaces, and disables commands', () => {
    expect(plainLines('a  b\r\n\t::x::\rc ##[y]\nd')).toEqual([
      'a  b',
      `  :${ZERO_WIDTH_SPACE}:x::`,
      `c ##${ZERO_WIDTH_SPACE}[y]`,
      'd',
    ]);
  });

  test('states that lines were omitted', () => {
    expect(plainLines('a\nb\nc', 2)).toEqual(['a', 'b', '… (cut)']);
    expect(plainLines('x'.repeat(100_000), 2, 10)).toEqual([`${'x'.repeat(10)}…`, '… (cut)']);
  });

  test('ignores line breaks at the end', () => {
    expect(plainLines('a\nb\n\n', 2)).toEqual(['a', 'b']);
  });

  test('an unterminated escape sequence does not hide later lines', () => {
    expect(plainLines(`a${ESC}]0;title\nerror: disk full`)).toEqual(['a', 'error: disk full']);
  });

  test('sanitizes every line of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const line of plainLines(text, 5, 20)) {
          expect(isCommand(line)).toBe(false);
          expect(withoutBreaks(line)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
          expect(line.length).toBeLessThanOrEqual(21);
          expect(line.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});

describe('defuse', () => {
  test('disables commands in any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const line of defuse(text).split(/\r\n|\r|\n/)) expect(isCommand(line)).toBe(false);
      }),
    );
  });

  test.each(['\u0085::x::', '\u3000\u00a0::x::', 'a\r::x::', 'a\n\n  ::x::', 'a\r\n\t::x::'])(
    'disables the command in %j',
    (given) => {
      expect(defuse(given)).toBe(given.replace('::', ':\u200b:'));
    },
  );

  test('keeps other text', () => {
    expect(defuse('a::b # [c] ## d')).toBe('a::b # [c] ## d');
  });
});
