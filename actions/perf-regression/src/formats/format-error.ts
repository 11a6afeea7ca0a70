import { ActionError } from '@repo/core/errors/action-error';

/** A result file that cannot be read. */
export class FormatError extends ActionError {
  readonly file: string;
  /** 1-based; omitted if the whole file is affected. */
  readonly line: number | undefined;
  /** A clause: `is not valid JSON`. */
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
