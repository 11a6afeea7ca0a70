import type { Target } from '../strategy.ts';
import type { Past } from './hosting.ts';

const FROM = 'Rollback-From';
const TO = 'Rollback-To';
const CLAIM = 'Rollback-Id';

/** The message of a commit that brings a release back; its trailers say so to the next run. */
export function rollbackMessage({ revision, badRelease, rollbackId }: Target): string {
  return [
    `Roll back to ${revision.slice(0, 7)}`,
    '',
    `Brings back the content of ${revision.slice(0, 7)} because ${badRelease.slice(0, 7)} failed`,
    'in deployment. Nothing of the history is gone: to go on, revert this commit.',
    '',
    `${FROM}: ${badRelease}`,
    `${TO}: ${revision}`,
    `${CLAIM}: ${rollbackId}`,
    '',
  ].join('\n');
}

/** Whether a commit is one of ours for the same failing release. */
export function isRollbackFrom({ message }: Past, badRelease: string): boolean {
  return message.split(/\r?\n/).includes(`${FROM}: ${badRelease}`);
}
