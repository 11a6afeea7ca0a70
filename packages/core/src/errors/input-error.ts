import { plain } from '../text/untrusted.ts';

/** One mistake in what the user wrote. */
export interface InputProblem {
  /** Where: an input's name, or `checks:12:5` for a line and column of a configuration. */
  readonly where: string;
  /** What was given; left out for secrets and where nothing was given. */
  readonly given?: string;
  /** What is wrong, as a clause: `has no unit`. */
  readonly problem: string;
  /** How to mend it, as a sentence: `Write 5s or 500ms.` */
  readonly remedy: string;
}

/** The user's mistakes, all of them at once. Always fails the run, whatever `fail-on` says. */
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
