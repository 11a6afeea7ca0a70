import { ActionError } from '@repo/core/errors/action-error';

/** Results that can't be read: which file and line, what is wrong, and how to mend it. */
export class FormatError extends ActionError {
  readonly file: string;
  /** 1-based; left out where the whole file is meant. */
  readonly line: number | undefined;
  /** A clause: `the file ends in the middle`. */
  readonly problem: string;

  constructor(where: { file: string; line?: number | undefined }, problem: string, remedy: string) {
    super(`${where.file}${where.line === undefined ? '' : `:${where.line}`}: ${problem}`, {
      remedy,
    });
    this.file = where.file;
    this.line = where.line;
    this.problem = problem;
  }
}
