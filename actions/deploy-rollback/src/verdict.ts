import type { Verdict } from '@repo/core/action/outcome';
import type { Inputs } from './inputs.ts';
import { getTouched } from './journal/progress.ts';
import type { ModeResult } from './mode-result.ts';

/** A successful rollback still means a failed deploy, so it fails by default. */
export function judge(
  { result, attempts }: Pick<ModeResult, 'result' | 'attempts'>,
  { failAfterRollback }: Pick<Inputs, 'failAfterRollback'>,
): Verdict {
  switch (result) {
    case 'done':
    case 'noop':
    case 'dry-run':
      return 'pass';
    case 'rolled-back':
      return failAfterRollback ? 'fail' : 'warn';
    case 'superseded': {
      const isTouched = getTouched({ attempts }).size > 0;
      return isTouched ? 'fail' : 'warn';
    }
    case 'no-target':
    case 'loop-guard':
    case 'locked':
    case 'frozen':
    case 'failed':
      return 'fail';
  }
}
