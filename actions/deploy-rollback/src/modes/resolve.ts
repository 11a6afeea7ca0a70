import { getBadRelease } from '../bad-release.ts';
import type { Context } from '../context.ts';
import { type Finding, finding } from '../finding.ts';
import { mayHaveBegun } from '../may-have-begun.ts';
import { shortSha } from '../revision.ts';
import { answer, createRollbackId } from '../rollback/begin.ts';
import { choose } from '../rollback/choose.ts';
import { situationOf } from '../situation.ts';

/** What a rollback would do now, and why it passes over all others. Changes nothing, locks nothing. */
export async function resolve(context: Context): Promise<Finding> {
  const { inputs, ledger, ports } = context;
  const history = await ledger.history();
  const badRelease = getBadRelease(context, history);
  const chosen = await choose(context, {
    badRelease,
    rollbackId: createRollbackId(inputs.environment, badRelease, history),
    history,
    excluded: new Map(),
  });
  const { candidate, steps, passedOver } = chosen;
  const situation = situationOf(history, {
    badRelease,
    wanted: inputs.target,
    mayHaveBegun: await mayHaveBegun(context, badRelease, history),
    maxRollbacks: inputs.maxRollbacks,
    nowMs: ports.clock.now(),
  });
  if (situation.kind !== 'go') return { ...answer(situation, badRelease), passedOver };
  if (candidate === undefined) {
    const names = passedOver.map(({ revision, why }) => `${shortSha(revision)} ${why}`);
    return finding({
      result: 'no-target',
      message: `${shortSha(badRelease)} could not be rolled back: ${names.slice(0, 3).join('; ') || 'no other release is known'}`,
      remedy: chosen.remedy || 'Take a snapshot before each deploy, and mark good releases.',
      from: badRelease,
      passedOver,
    });
  }
  return finding({
    result: 'dry-run',
    message: `Would roll back from ${shortSha(badRelease)} to ${shortSha(candidate.revision)}; nothing was touched`,
    from: badRelease,
    to: candidate.revision,
    snapshotId: candidate.snapshotId ?? '',
    steps,
    passedOver,
  });
}
