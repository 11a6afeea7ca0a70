import { InvalidValue } from '@repo/core/errors/invalid-value';
import { keyValue } from '@repo/core/inputs/key-value';
import type { SyncParser } from '@repo/core/inputs/parser';

const OUTPUT_KINDS = ['txt', 'base64', 'clash', 'sing-box', 'metadata'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** A further file that is written from what is alive. */
export interface FurtherOutput {
  readonly kind: OutputKind;
  /** Seen from the workspace. */
  readonly path: string;
}

/** `txt=alive.txt` */
export function outputLine(): SyncParser<FurtherOutput> {
  const pair = keyValue('=');
  return {
    parse: (given) => {
      const [word, path] = pair.parse(given);
      const kind = OUTPUT_KINDS.find((one) => one === word);
      if (kind === undefined || path === '') {
        throw new InvalidValue(
          'is no kind of output and its path',
          `Write ${OUTPUT_KINDS.map((one) => `${one}=PATH`).join(', ')}, one a line.`,
        );
      }
      return { kind, path };
    },
  };
}
