import type { Target } from '../strategy.ts';
import type { CommitInfo } from './git-repository.ts';

const FROM = 'Rollback-From';
const TO = 'Rollback-To';
const ID = 'Rollback-Id';

/** The message of the commit that restores a release. The next run recognizes it by its trailers. */
export function createCommitMessage({ revision, badRelease, rollbackId }: Target): string {
  return [
    `Roll back to ${revision.slice(0, 7)}`,
    '',
    `Restores the content of ${revision.slice(0, 7)}, because the deployment of`,
    `${badRelease.slice(0, 7)} failed. Revert this commit to undo the rollback.`,
    '',
    `${FROM}: ${badRelease}`,
    `${TO}: ${revision}`,
    `${ID}: ${rollbackId}`,
    '',
  ].join('\n');
}

/** Whether a commit is a rollback of the bad release. */
export function isRollbackOf({ message }: CommitInfo, badRelease: string): boolean {
  return message.split(/\r?\n/).includes(`${FROM}: ${badRelease}`);
}
