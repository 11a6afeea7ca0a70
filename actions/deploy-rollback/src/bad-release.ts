import { InputError } from '@repo/core/errors/input-error';
import type { Context } from './context.ts';
import { getRunningEntry } from './ledger/history.ts';
import type { LedgerHistory } from './ledger/ledger.ts';
import { isFullSha } from './revision.ts';

/** The SHA of the bad release, or of the next deploy; empty if it is unknown. */
export function getBadRelease({ inputs, ports }: Context, history: LedgerHistory): string {
  const { badRelease } = inputs;
  switch (badRelease.kind) {
    case 'sha':
      return badRelease.sha;
    case 'running':
      return getRunningEntry(history)?.revision ?? '';
    case 'job':
      return isFullSha(ports.run.sha) ? ports.run.sha : '';
  }
}

/** @throws InputError if neither `bad-release` nor the job has a SHA */
export function requireBadRelease(context: Context, history: LedgerHistory): string {
  const revision = getBadRelease(context, history);
  if (revision !== '') return revision;
  throw new InputError([
    {
      where: 'bad-release',
      problem: 'is required, because the job has no SHA',
      remedy: 'Set it to the SHA of the release.',
    },
  ]);
}
