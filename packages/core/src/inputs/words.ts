import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/**
 * Splits a line into words like a POSIX shell: at white space, with the quotes '…', "…" and \. Does not
 * support variables, globs or operators.
 */
export function words(): SyncParser<readonly [string, ...string[]]> {
  return {
    parse: (given) => {
      const [first, ...rest] = split(given);
      if (first === undefined) throw new InvalidValue('has no words', 'Write a command.');
      return [first, ...rest];
    },
  };
}

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
