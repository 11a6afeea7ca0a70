import type { GitHub } from '../github.ts';

/** A check that is over. */
export interface CheckRun {
  readonly name: string;
  /** The head of a pull request, not GitHub's merge of it: nobody sees checks on that. */
  readonly sha: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly title: string;
  /** Markdown, at most 65,535 characters. */
  readonly summary: string;
}

/**
 * Writes a check (permissions: checks: write). Another one of the same name on the same commit takes
 * its place for readers.
 */
export async function createCheckRun(
  { request, repository }: GitHub,
  { name, sha, conclusion, title, summary }: CheckRun,
): Promise<void> {
  await request('POST /repos/{owner}/{repo}/check-runs', {
    ...repository,
    name,
    head_sha: sha,
    status: 'completed',
    conclusion,
    output: { title, summary },
  });
}
