import { type Level, parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';
import { splitLeadingTime } from '../time.ts';

/** A field in brackets or a word, after separators. */
const FIELD = /[\s|:-]*(?:\[([^\]]*)\]|([^\s|:[\](){}<>,/]+))/y;
/** Fields before and including the level: a process, a thread, the name of a logger. */
const MAX_FIELDS = 4;

/**
 * Lines with the level as a separate field, with or without a timestamp: `ERROR message`,
 * `[error] message`, `2026-11-20 18:16:48 [main] WARN message`, `… | INFO | module - message`. The
 * fields before the level must be delimited: a level name in a sentence does not count.
 */
export const plain: LogFormat = (line) => {
  const { at, rest = line } = splitLeadingTime(line) ?? {};
  FIELD.lastIndex = 0;
  for (let count = 0; count < MAX_FIELDS; count++) {
    const [, bracketed, word = ''] = FIELD.exec(rest) ?? [];
    const after = rest.slice(FIELD.lastIndex);
    const level = bracketed === undefined ? parseWord(word, after) : parseLevel(bracketed.trim());
    if (level) {
      const message = after.replace(/^[\s\]|:/-]+/, '');
      return { level, message, ...(at !== undefined && { at }) };
    }
    if (bracketed === undefined && !(at !== undefined && isDelimited(word, after)))
      return undefined;
  }
  return undefined;
};

/** A level in capitals, or in any case before a colon or a tab. */
function parseWord(word: string, after: string): Level | undefined {
  if (!/^(?:[\s|:\],/-]|$)/.test(after)) return undefined;
  return word === word.toUpperCase() || /^\s*[:\t]/.test(after) ? parseLevel(word) : undefined;
}

/** A process ID, or a name before a separator. */
function isDelimited(word: string, after: string): boolean {
  return /^\d+$/.test(word) || /^(?: - | ?\| ?|: ?|\[\d+\]:? )/.test(after);
}
