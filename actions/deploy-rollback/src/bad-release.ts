import { InputError } from '@repo/core/errors/input-error';
import type { Context } from './context.ts';
import type { History } from './ledger/ledger.ts';
import { isFullSha } from './revision.ts';
import { runningEntry } from './situation.ts';

/** The SHA of the release that failed; empty where nobody knows it. */
export function getBadRelease({ inputs, ports }: Context, history: History): string {
  switch (inputs.badRelease.kind) {
    case 'sha':
      return inputs.badRelease.sha;
    case 'running':
      return runningEntry(history)?.revision ?? '';
    case 'job':
      return isFullSha(ports.run.sha) ? ports.run.sha : '';
  }
}

/** {@link getBadRelease}, where nothing can be done without. @throws InputError */
export function requireBadRelease(context: Context, history: History): string {
  const revision = getBadRelease(context, history);
  if (revision !== '') return revision;
  throw new InputError([
    {
      where: 'bad-release',
      problem: 'names no release, and neither does the job',
      remedy: 'Give it the SHA of the release.',
    },
  ]);
}
