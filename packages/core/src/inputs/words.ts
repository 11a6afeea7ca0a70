import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/**
 * Splits a line into words like a POSIX shell: at white space, with the quotes '…', "…" and \. Does not
 * support variables, globs or operators. On Windows, refuses a path with backslashes outside of quotes,
 * which would lose them.
 */
export function words(
  platform: NodeJS.Platform = process.platform,
): SyncParser<readonly [string, ...string[]]> {
  return {
    parse: (given) => {
      if (platform === 'win32' && ESCAPED_LETTER.test(given.replace(QUOTED, ''))) {
        throw new InvalidValue(
          'has a backslash outside of quotes',
          String.raw`Put a path in single quotes: 'C:\tools\check.exe', or write it with slashes.`,
        );
      }
      const [first, ...rest] = split(given);
      if (first === undefined) throw new InvalidValue('has no words', 'Write a command.');
      return [first, ...rest];
    },
  };
}

const QUOTED = /'[^']*'|"(?:[^"\\]|\\[\s\S])*"/g;
/** An escape that changes nothing, so that it is part of a path. */
const ESCAPED_LETTER = /\\[\p{L}\p{N}_.\\]/u;

// Plain characters, an escaped character, '…', "…" with escapes, or white space.
const PIECE = /([^\s'"\\]+)|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|(\s+)/y;

function split(text: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const piece = PIECE.exec(text);
    if (piece === null) {
      throw new InvalidValue('has an unclosed quote or a \\ at the end', 'Close each quote.');
    }
    const [, bare, escaped, single, double, space] = piece;
    if (space === undefined) {
      word = (word ?? '') + (bare ?? escaped ?? single ?? double?.replace(/\\(["\\$`])/g, '$1'));
    } else if (word !== undefined) {
      found.push(word);
      word = undefined;
    }
  }
  return word === undefined ? found : [...found, word];
}
