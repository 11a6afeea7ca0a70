import { plain } from '../text/untrusted.ts';

/** One problem with the inputs or a configuration. */
export interface InputProblem {
  /** The name of an input, or `checks:12:5` for the line and column of a configuration. */
  readonly where: string;
  /** The given value; omitted for secrets and missing values. */
  readonly given?: string;
  /** What is wrong, as a clause: `has no unit`. */
  readonly problem: string;
  /** How to fix it, as a sentence: `Write 5s or 500ms.` */
  readonly remedy: string;
}

/** All problems with the inputs. Always fails the run, regardless of `fail-on`. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(describe(problems));
    this.problems = problems;
  }
}

function describe(problems: readonly InputProblem[]): string {
  const lines = problems.map(line);
  if (lines.length === 1) return `Invalid input ${lines[0]}`;
  return [`${lines.length} invalid inputs:`, ...lines.map((text) => `  ${text}`)].join('\n');
}

function line({ where, given, problem, remedy }: InputProblem): string {
  const value = given === undefined || given === '' ? '' : `"${plain(given, 80)}" `;
  return `${plain(where)}: ${value}${plain(problem)}. ${plain(remedy)}`;
}
