import { failingOf } from '../failing.ts';
import { type Finding, finding } from '../finding.ts';
import { mayHaveBegun } from '../may-have-begun.ts';
import { shortSha } from '../revision.ts';
import { answer, claimOf } from '../rollback/begin.ts';
import { choose } from '../rollback/choose.ts';
import { situationOf } from '../situation.ts';
import type { World } from '../world.ts';

/** What a rollback would do now, and why it passes over all others. Changes nothing, locks nothing. */
export async function resolve(world: World): Promise<Finding> {
  const { inputs, ledger, ports } = world;
  const history = await ledger.history();
  const failing = failingOf(world, history);
  const chosen = await choose(world, {
    failing,
    claim: claimOf(inputs.environment, failing, history),
    history,
    excluded: new Map(),
  });
  const { candidate, steps, passedOver } = chosen;
  const situation = situationOf(history, {
    failing,
    wanted: inputs.target,
    mayHaveBegun: await mayHaveBegun(world, failing, history),
    maxRollbacks: inputs.maxRollbacks,
    nowMs: ports.clock.now(),
  });
  if (situation.kind !== 'go') return { ...answer(situation, failing), passedOver };
  if (candidate === undefined) {
    const names = passedOver.map(({ revision, why }) => `${shortSha(revision)} ${why}`);
    return finding({
      result: 'no-target',
      message: `${shortSha(failing)} could not be rolled back: ${names.slice(0, 3).join('; ') || 'no other release is known'}`,
      remedy: chosen.remedy || 'Take a snapshot before each deploy, and mark good releases.',
      from: failing,
      passedOver,
    });
  }
  return finding({
    result: 'dry-run',
    message: `Would roll back from ${shortSha(failing)} to ${shortSha(candidate.revision)}; nothing was touched`,
    from: failing,
    to: candidate.revision,
    snapshotId: candidate.snapshotId ?? '',
    steps,
    passedOver,
  });
}
