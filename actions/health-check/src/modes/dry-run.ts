import type { Outcome } from '@repo/core/action/outcome';
import { formatDuration } from '@repo/core/inputs/duration';
import { code, heading, md, table } from '@repo/core/summary/markdown';
import { pluralize } from '@repo/core/text/pluralize';
import type { Check } from '../check.ts';
import { createDryRunResult } from '../check-result.ts';
import { report } from '../report/report.ts';
import { judge } from '../verdict.ts';

/** Lists the checks. The verdict is unknown, so a forgotten dry run does not pass a gate. */
export function dryRun(checks: readonly Check[]): Outcome {
  const message = `${pluralize(checks.length, 'check')} valid, none run (dry-run)`;
  const results = checks.map(createDryRunResult);
  return {
    ...report(results, judge(results), 0, { bodyExcerpt: 0 }),
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
          md`${formatDuration(policy.deadlineMs)}`,
          md`${needs.join(', ')}`,
        ]),
      ),
    ],
    annotations: [],
  };
}
