import type { GitHub } from '../github.ts';

/** A completed check. */
export interface CheckRun {
  readonly name: string;
  /** The head of a pull request, not its merge commit, whose checks GitHub does not show. */
  readonly sha: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
}

/**
 * Creates a check (permissions: checks: write). It replaces an earlier check of the same name on the same
 * commit.
 */
export async function createCheckRun(
  { rest, repository }: GitHub,
  { name, sha, conclusion, title, summary }: CheckRun,
): Promise<void> {
  await rest.checks.create({
    ...repository,
    name,
    head_sha: sha,
    status: 'completed',
    conclusion,
    output: { title, summary },
  });
}
