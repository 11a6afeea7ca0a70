import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { SyncParser } from '@repo/core/inputs/parser';

/** Files with results, and what their benchmarks are called besides their names. */
export interface ResultGlob {
  readonly label: string;
  readonly glob: string;
}

/** `bench/*.txt`, `linux=out/linux/*.json`. */
export function resultGlob(): SyncParser<ResultGlob> {
  return {
    parse: (given) => {
      const [, label = '', glob = ''] = /^(?:([\w.-]+)=)?(.+)$/.exec(given) ?? [];
      if (glob.includes('\0')) throw new InvalidValue('is no path', 'Write bench/*.txt.');
      return { label, glob };
    },
  };
}
