import type { Verdict } from '@repo/core/action/outcome';
import type { Finding } from './finding.ts';
import type { Inputs } from './inputs.ts';
import { touchedBy } from './journal/progress.ts';

/** A rollback that went well is not a deploy that went well: it fails the job unless told otherwise. */
export function verdictOf(
  { result, attempts }: Pick<Finding, 'result' | 'attempts'>,
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
      const isTouched = touchedBy({ attempts }).size > 0;
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
