import { InvalidValue } from '../errors/invalid-value.ts';
import type { SyncParser } from './parser.ts';

/** `true` or `false`, as in YAML 1.2. `yes`, `on` and `1` are not accepted. */
export function boolean(): SyncParser<boolean> {
  return {
    parse: (given) => {
      if (/^(true|True|TRUE)$/.test(given)) return true;
      if (/^(false|False|FALSE)$/.test(given)) return false;
      throw new InvalidValue('is not true or false', 'Write true or false.');
    },
  };
}
