import { type Outcome, type OutputValue, VERDICT_SIGNS } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { heading, md } from '@repo/core/summary/markdown';

/** All outputs of the action, with their values if nothing was done. */
export const NO_OUTPUTS: Readonly<Record<string, OutputValue>> = {
  planned: 0,
  removed: 0,
  protected: 0,
  'in-use': 0,
  'too-young': 0,
  failed: 0,
  leftovers: 0,
  'removed-containers': '',
  'removed-images': '',
  'removed-networks': '',
  'removed-volumes': '',
  'reclaimed-bytes': 0,
  'label-args': '',
  'plan-file': '',
};

/** The outcome if the daemon could not be reached, or did not answer in time. */
export function reportUnknown(daemon: string, error: unknown): Outcome {
  const reason = describeError(error);
  const remedy = error instanceof ActionError ? error.remedy : 'Raise timeout.';
  const message = reason.includes(daemon) ? reason : `${daemon}: ${reason}`;
  return {
    verdict: 'unknown',
    message,
    outputs: NO_OUTPUTS,
    result: { mode: 'unknown', reason: message, remedy },
    summary: [
      heading(2, md`${VERDICT_SIGNS.unknown} docker-label-cleanup: unknown`),
      md`${message}. ${remedy}`,
    ],
    annotations: [
      { level: 'warning', title: 'The clean-up did not run', message: `${message}. ${remedy}` },
    ],
  };
}

/** The outcome of a main step that leaves the clean-up to the end of the job. */
export function reportDeferred(
  mode: 'setup' | 'deferred',
  message: string,
  labelArgs = '',
): Outcome {
  return {
    verdict: 'pass',
    message,
    outputs: { ...NO_OUTPUTS, 'label-args': labelArgs },
    result: { mode, labelArgs },
    summary: [heading(2, md`docker-label-cleanup`), md`${message}`],
    annotations: [],
  };
}
