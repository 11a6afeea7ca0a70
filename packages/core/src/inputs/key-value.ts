import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** A name and a value. */
export type KeyValue<T = string> = readonly [key: string, value: T];

/** `name<separator>value`; the value can contain the separator. */
export function keyValue(separator: ':' | '='): SyncParser<KeyValue> {
  return {
    parse: (given) => {
      const at = given.indexOf(separator);
      const key = given.slice(0, at).trim();
      if (at < 1 || key === '') {
        throw new InvalidValue(
          `has no "${separator}" after the name`,
          separator === ':'
            ? 'Write Name: value, one per line.'
            : 'Write name=value, one per line.',
        );
      }
      return [key, given.slice(at + 1).trim()];
    },
  };
}
