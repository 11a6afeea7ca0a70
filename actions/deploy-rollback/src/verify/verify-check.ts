import { createTargetCheck, runAttempt } from '@repo/checks/attempt';
import type { Expectation } from '@repo/checks/expectations/expectation';
import type { Target } from '@repo/checks/kinds/kind';
import type { Log } from '@repo/core/action/log';
import type { FindProxy } from '@repo/core/action/proxies';
import { plain } from '@repo/core/text/untrusted';
import { allowAny } from '@repo/probe/address';

/** A check that has to pass after the restore. */
export interface VerifyCheck {
  /** For logs and reports, without credentials: `http https://example.com/health`. */
  readonly title: string;
  /** Values that must not appear in any output. */
  readonly secrets: readonly string[];
  /** Runs the check once. Never throws. */
  readonly attempt: (limits: AttemptLimits) => Promise<AttemptResult>;
}

interface AttemptLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The proxies of the environment, for HTTP checks. */
  readonly findProxy?: FindProxy;
  readonly debug?: Log['debug'];
}

export interface AttemptResult {
  readonly ok: boolean;
  /** What the attempt found; can contain untrusted text. */
  readonly found: string;
}

interface TargetExpectations {
  readonly title: string;
  readonly target: Target;
  /** Default: the default expectations of the target. */
  readonly expect?: readonly Expectation[];
  /** The folder that a command runs in. */
  readonly workspace?: string;
}

/** Characters of the response or the output that a failed check shows. */
const MAX_EVIDENCE = 120;

export function createVerifyCheck({
  title,
  target,
  expect = target.defaultExpectations,
  workspace = '',
}: TargetExpectations): VerifyCheck {
  const check = createTargetCheck(target, { expect, degraded: [], failWhen: [] });
  return {
    title,
    secrets: target.secrets,
    attempt: async ({ timeoutMs, signal, findProxy, debug }) => {
      const { state, reasons, evidence } = await runAttempt(check, {
        network: {
          family: undefined,
          overrides: new Map(),
          addresses: allowAny,
          tls: {},
          insecure: false,
          ...(findProxy && { findProxy }),
        },
        machine: { workspace, variable: () => '' },
        allAddresses: false,
        connections: 1,
        timeoutMs,
        signal,
        ...(debug && { debug }),
      });
      if (state === 'healthy') {
        return { ok: true, found: expect.map(({ source }) => source).join(', ') || 'connected' };
      }
      const [details] = evidence.map(
        ({ title: source, lines }) => ` (${source}: ${plain(lines.join(' '), MAX_EVIDENCE)})`,
      );
      return { ok: false, found: `${reasons.join('; ')}${details ?? ''}` };
    },
  };
}
