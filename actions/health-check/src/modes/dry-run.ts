import type { Outcome } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, heading, md, table } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import type { Check } from '../check.ts';
import { report } from '../report/report.ts';
import { notAsked } from '../verdict.ts';

/**
 * What would be asked. Nobody looked, so nothing is healthy: a gate that was left in a dry run must
 * not open.
 */
export function dryRun(checks: readonly Check[]): Outcome {
  const message = `${pluralize(checks.length, 'check')} can be carried out; nothing was asked (dry-run)`;
  return {
    ...report(checks.map(notAsked), 0, { bodyExcerpt: 0 }),
    message,
    summary: [
      heading(2, md`🔎 health-check: dry run`),
      md`${message}`,
      table(
        [
          { title: 'Check' },
          { title: 'Kind' },
          { title: 'Target' },
          { title: 'Deadline', align: 'right' },
          { title: 'Needs' },
        ],
        checks.map(({ name, kind, target, policy, needs }) => [
          md`${name}`,
          md`${kind}`,
          code(target),
          md`${formatDuration(policy.deadline)}`,
          md`${needs.join(', ')}`,
        ]),
      ),
    ],
    annotations: [],
  };
}
