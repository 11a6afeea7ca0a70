import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/**
 * A line of words as a POSIX shell would split it: at white space, with '…', "…" and \ to keep
 * some together. Nothing else of a shell: no variables, no globs, no operators.
 */
export function words(): SyncParser<readonly [string, ...string[]]> {
  return {
    parse: (given) => {
      const [first, ...rest] = split(given);
      if (first === undefined) throw new InvalidValue('has no word in it', 'Write a command.');
      return [first, ...rest];
    },
  };
}

// A run of what is not special, \ and what it keeps, '…', "…" with \ in it; or white space.
const PIECE = /([^\s'"\\]+)|\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|(\s+)/y;

function split(text: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const piece = PIECE.exec(text);
    if (piece === null) {
      throw new InvalidValue('has a quote or \\ with nothing to it', 'Close each quote.');
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
