import { ActionError } from '../errors/action-error.ts';

/** The Node that action.yml asks for (`using: node24`). */
const NEEDED = 24;

/**
 * Runners hand over the Node that action.yml asks for; whoever imitates one may take another, and
 * then something would be missing somewhere in the middle. Throws an {@link ActionError}.
 *
 * @param version `24.3.0`, as `process.versions.node` has it
 */
export function requireNode(version: string): void {
  if (Number.parseInt(version, 10) >= NEEDED) return;
  throw new ActionError(`this is Node ${version}, and the action needs Node ${NEEDED}`, {
    remedy: `Update the runner to one that has node${NEEDED}, or put Node ${NEEDED} first on its PATH.`,
  });
}
