import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import type { VerifyCheck } from './verify-check.ts';

/** Compares what each strategy finds running with the restored release. */
export function createIdentityChecks(
  { ports }: Context,
  targets: ReadonlyMap<Strategy, Target>,
): readonly VerifyCheck[] {
  return [...targets].flatMap(([{ title, identify }, target]): readonly VerifyCheck[] => {
    if (identify === undefined) return [];
    const attempt: VerifyCheck['attempt'] = async () => {
      try {
        const identity = await identify(target, ports);
        switch (identity.kind) {
          case 'same':
            return { ok: true, found: plain(identity.found) };
          case 'other':
            return {
              ok: false,
              found: plain(`${identity.found}, expected ${identity.expected}`),
            };
          case 'unknown':
            return { ok: false, found: plain(`unknown: ${identity.reason}`) };
        }
      } catch (error) {
        return { ok: false, found: describeError(error) };
      }
    };
    return [{ title: `identity of ${title}`, secrets: [], attempt }];
  });
}

/**
 * The checks of verify-url, verify-checks and verify-command. Their modules are loaded only for the
 * inputs that are set.
 */
export async function createHealthChecks(
  { inputs, ports }: Context,
  target: Omit<Target, 'snapshot'>,
): Promise<readonly VerifyCheck[]> {
  const { verifyUrl, expectIdentity, verifyCommand, verifyChecks } = inputs;
  const checks: VerifyCheck[] = [];
  if (verifyUrl !== undefined) {
    const { createVerifyUrlCheck } = await import('./verify-checks.ts');
    checks.push(createVerifyUrlCheck(verifyUrl, expectIdentity, target.revision));
  }
  checks.push(...verifyChecks);
  if (verifyCommand !== undefined) {
    const { createVerifyCommandCheck } = await import('./verify-command.ts');
    const env = getRollbackVariables(target, inputs.environment);
    checks.push(createVerifyCommandCheck(verifyCommand, env, ports.workspace));
  }
  return checks;
}

function getRollbackVariables(
  { revision, badRelease, rollbackId }: Omit<Target, 'snapshot'>,
  environment: string,
): Readonly<Record<string, string>> {
  return {
    ROLLBACK_ENVIRONMENT: environment,
    ROLLBACK_TO: revision,
    ROLLBACK_FROM: badRelease,
    ROLLBACK_ID: rollbackId,
  };
}
