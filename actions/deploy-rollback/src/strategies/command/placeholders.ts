import { ActionError } from '@repo/core/errors/action-error';
import type { Argv } from '../argv.ts';

/** The values of the placeholders; `undefined` for an unknown value. */
export type PlaceholderValues = Readonly<
  Record<'to' | 'from' | 'rollbackId' | 'captured', string | undefined>
>;

const PLACEHOLDER = /\{(to|from|rollback-id|captured)\}/g;

const MISSING: Readonly<Record<keyof PlaceholderValues, readonly [string, string]>> = {
  to: ['the SHA of the release to restore is unknown', 'Set revision when you take the snapshot.'],
  from: ['the SHA of the bad release is unknown', 'Set bad-release.'],
  rollbackId: ['{rollback-id} is only available in a rollback', 'Remove it from capture.'],
  captured: [
    'the snapshot has no output of capture',
    'Set capture, and take a snapshot before each deploy.',
  ],
};

/**
 * Replaces `{to}`, `{from}`, `{rollback-id}` and `{captured}` in the arguments. A value never splits an
 * argument and never turns it into an option.
 *
 * @throws ActionError if a value is unknown
 */
export function fillPlaceholders(argv: Argv, values: PlaceholderValues): Argv {
  const [program, ...args] = argv;
  return [program, ...args.map((argument) => fillPlaceholdersInText(argument, values))];
}

export function fillPlaceholdersInText(text: string, values: PlaceholderValues): string {
  const filled = text.replace(PLACEHOLDER, (_, name: string) => {
    const key = (name === 'rollback-id' ? 'rollbackId' : name) as keyof PlaceholderValues;
    const value = values[key];
    if (value !== undefined && value !== '') return value;
    const [problem, remedy] = MISSING[key];
    throw new ActionError(problem, { remedy });
  });
  if (filled.startsWith('-') && !text.startsWith('-')) {
    throw new ActionError(`the value of ${text} starts with "-", like an option`, {
      remedy: 'Write it after its option: --revision={captured}.',
    });
  }
  return filled;
}
