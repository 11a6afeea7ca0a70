import { type Level, levelOf } from '../level.ts';
import type { LogFormat } from '../record.ts';
import { leadingTime } from '../time.ts';

/** A field in brackets, or a word, with the separators before it. */
const FIELD = /[\s|:-]*(?:\[([^\]]*)\]|([^\s|:[\](){}<>,/]+))/y;
/** How many fields may stand before the level: a process, a thread, the name of a logger. */
const MOST_FIELDS = 4;

/**
 * Lines with a level as a field of their own, with a time before it or not: `ERROR message`,
 * `[error] message`, `2026-11-20 18:16:48 [main] WARN message`, `… | INFO | module - message`. What
 * stands before the level has to be set apart: a level within a sentence is none.
 */
export const plain: LogFormat = (line) => {
  const { at, rest = line } = leadingTime(line) ?? {};
  FIELD.lastIndex = 0;
  for (let count = 0; count < MOST_FIELDS; count++) {
    const [, bracketed, word = ''] = FIELD.exec(rest) ?? [];
    const after = rest.slice(FIELD.lastIndex);
    const level = bracketed === undefined ? levelWord(word, after) : levelOf(bracketed.trim());
    if (level) {
      const message = after.replace(/^[\s\]|:/-]+/, '');
      return { level, message, ...(at !== undefined && { at }) };
    }
    if (bracketed === undefined && !(at !== undefined && isSetApart(word, after))) return undefined;
  }
  return undefined;
};

/** A word in capitals, or in any case with a colon or a tab after it. */
function levelWord(word: string, after: string): Level | undefined {
  if (!/^(?:[\s|:\],/-]|$)/.test(after)) return undefined;
  return word === word.toUpperCase() || /^\s*[:\t]/.test(after) ? levelOf(word) : undefined;
}

/** The number of a process, or a name with a separator behind it. */
function isSetApart(word: string, after: string): boolean {
  return /^\d+$/.test(word) || /^(?: - | ?\| ?|: ?|\[\d+\]:? )/.test(after);
}
