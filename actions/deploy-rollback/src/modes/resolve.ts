import { getBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import { createResult, type ModeResult } from '../mode-result.ts';
import { shortSha } from '../revision.ts';
import { checkStart, createRollbackId } from '../rollback/precheck.ts';
import { preflight } from '../rollback/preflight.ts';
import { resolve } from '../rollback/resolve.ts';

/** Shows what a rollback would do now, and why it skips releases. Changes and locks nothing. */
export async function dryRun(context: Context): Promise<ModeResult> {
  const { inputs, ledger } = context;
  const history = await ledger.history();
  const badRelease = getBadRelease(context, history);
  const rollbackId = createRollbackId(inputs.environment, badRelease, history);
  const candidates = await resolve(context, { badRelease, history, attempts: [] });
  const choice = await preflight(context, candidates, { badRelease, rollbackId });
  const { candidate, steps, skipped } = choice;
  const answer = await checkStart(context, badRelease, history);
  if (answer !== undefined) return { ...answer, skipped };
  if (candidate === undefined) {
    const reasons = skipped.map(({ revision, reason }) => `${shortSha(revision)} ${reason}`);
    return createResult({
      result: 'no-target',
      message: `No release can replace ${shortSha(badRelease)}: ${reasons.slice(0, 3).join('; ') || 'the ledger and the snapshots have no other release'}`,
      remedy: choice.remedy || 'Take a snapshot before each deploy, and mark good releases.',
      from: badRelease,
      skipped,
    });
  }
  return createResult({
    result: 'dry-run',
    message: `Would roll back from ${shortSha(badRelease)} to ${shortSha(candidate.revision)}; nothing was changed`,
    from: badRelease,
    to: candidate.revision,
    snapshotId: candidate.snapshotId ?? '',
    steps,
    skipped,
  });
}
