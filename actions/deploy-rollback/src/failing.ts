import { InputError } from '@repo/core/errors/input-error';
import type { SyncParser } from '@repo/core/inputs/parser';
import type { History } from './ledger/ledger.ts';
import { fullSha, isFullSha } from './revision.ts';
import { runningEntry } from './situation.ts';
import type { World } from './world.ts';

/** Which release this is about: that of the job, what the ledger says runs, or one by its SHA. */
export type Failing =
  | { readonly kind: 'job' }
  | { readonly kind: 'running' }
  | { readonly kind: 'sha'; readonly sha: string };

/** A SHA, or `running`; empty is the SHA of the job. */
export function failingInput(): SyncParser<Failing> {
  return {
    parse: (given) =>
      given === 'running' ? { kind: 'running' } : { kind: 'sha', sha: fullSha().parse(given) },
    empty: () => ({ kind: 'job' }),
  };
}

/** The SHA of the release that failed; empty where nobody knows it. */
export function failingOf({ inputs, ports }: World, history: History): string {
  switch (inputs.failing.kind) {
    case 'sha':
      return inputs.failing.sha;
    case 'running':
      return runningEntry(history)?.revision ?? '';
    case 'job':
      return isFullSha(ports.run.sha) ? ports.run.sha : '';
  }
}

/** {@link failingOf}, where nothing can be done without. @throws InputError */
export function releaseOf(world: World, history: History): string {
  const revision = failingOf(world, history);
  if (revision !== '') return revision;
  throw new InputError([
    {
      where: 'failing',
      problem: 'names no release, and neither does the job',
      remedy: 'Give it the SHA of the release.',
    },
  ]);
}
