/** An error of `pnpm release` with its remedy. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';

  constructor(problem: string, remedy: string) {
    super(`${problem}\n  → ${remedy}`);
  }
}
