import { ActionError } from '../errors/action-error.ts';

/** The version in action.yml (`using: node24`). */
const REQUIRED = 24;

/**
 * Throws an {@link ActionError} if Node is too old. GitHub's runner uses the version in action.yml, but
 * other implementations of a runner may not, and the action would fail later at a missing feature.
 *
 * @param version the value of `process.versions.node`: `24.3.0`
 */
export function requireNode(version: string): void {
  if (Number.parseInt(version, 10) >= REQUIRED) return;
  throw new ActionError(`the action requires Node ${REQUIRED}, but runs on Node ${version}`, {
    remedy: `Update the runner to a version with node${REQUIRED}, or put Node ${REQUIRED} first in its PATH.`,
  });
}
