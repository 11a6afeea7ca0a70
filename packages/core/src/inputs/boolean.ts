import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** `true` or `false` as YAML 1.2 spells them (`yes`, `on` and `1` are text there). */
export function boolean(): SyncParser<boolean> {
  return {
    parse: (given) => {
      if (/^(true|True|TRUE)$/.test(given)) return true;
      if (/^(false|False|FALSE)$/.test(given)) return false;
      throw new InvalidValue('is neither true nor false', 'Write true or false.');
    },
  };
}
