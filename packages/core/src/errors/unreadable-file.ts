import type { InputProblem } from './input-error.ts';

const REMEDY = 'Give the path of a file, relative to the root of the workspace.';

/** The problem of an input that names a file which cannot be read. */
export function unreadableFile(
  input: string,
  path: string,
  error: unknown,
  remedy = REMEDY,
): InputProblem {
  return { where: input, given: path, problem: unreadable(error), remedy };
}

/** `cannot be read (ENOENT)` */
export function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return `cannot be read (${code ?? 'unknown error'})`;
}
