import type { Finding } from '../history/history.ts';
import type { Attempt } from '../test/attempt.ts';
import type { Target } from '../test/target.ts';
import type { Judge } from '../tester.ts';

/** A finding, with what the judge says of a proxy that answers. */
export async function examine(
  finding: Finding,
  judge: Judge | undefined,
  ask: (target: Target) => Promise<Attempt>,
): Promise<Finding> {
  if (finding.state !== 'alive' || judge?.examine === undefined) return finding;
  const judged = await judge.examine((headers) => ask(judge.page(headers)));
  switch (judged?.kind) {
    case undefined:
      return finding;
    case 'honest':
      return { ...finding, anonymity: judged.anonymity };
    case 'tampered': {
      const { at } = finding;
      const message = judged.why;
      return { state: 'failed', at, phase: 'body', kind: 'tampered', message, targets: [] };
    }
  }
}
