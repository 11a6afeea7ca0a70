import { ActionError } from '@repo/core/errors/action-error';
import type { Argv } from '../argv.ts';

/** What the words in braces of an argument stand for; `undefined` for what is not known. */
export type Values = Readonly<Record<'to' | 'from' | 'rollbackId' | 'kept', string | undefined>>;

const WORD = /\{(to|from|rollback-id|kept)\}/g;

const WHY_NOT: Readonly<Record<keyof Values, readonly [string, string]>> = {
  to: ['the release to go back to is not known', 'Give revision when the snapshot is taken.'],
  from: ['the release that failed is not known', 'Set bad-release.'],
  rollbackId: ['there is no rollback', 'Remove {rollback-id} from capture.'],
  kept: ['nothing was kept', 'Write capture, and take a snapshot before each deploy.'],
};

/**
 * The arguments with `{to}`, `{from}`, `{rollback-id}` and `{kept}` filled in. Each stays one argument,
 * whatever is filled in, and none becomes an option that was not written as one.
 *
 * @throws ActionError for what is asked for and not known
 */
export function fillIn(argv: Argv, values: Values): Argv {
  const [program, ...args] = argv;
  return [program, ...args.map((argument) => fillInText(argument, values))];
}

/** The same for a single text. */
export function fillInText(text: string, values: Values): string {
  const filled = text.replace(WORD, (_, name: string) => {
    const word = (name === 'rollback-id' ? 'rollbackId' : name) as keyof Values;
    const value = values[word];
    if (value !== undefined && value !== '') return value;
    const [problem, remedy] = WHY_NOT[word];
    throw new ActionError(problem, { remedy });
  });
  if (filled.startsWith('-') && !text.startsWith('-')) {
    throw new ActionError(
      `${text} begins with "-", so that a program would take it for an option`,
      {
        remedy: 'Write it behind its option: --revision={kept}.',
      },
    );
  }
  return filled;
}
