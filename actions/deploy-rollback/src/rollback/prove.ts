import { describeError } from '@repo/core/errors/describe-error';
import { plain } from '@repo/core/text/untrusted';
import type { Context } from '../context.ts';
import type { Strategy, Target } from '../strategies/strategy.ts';
import type { VerifyCheck } from '../verify/check.ts';
import { commandCheck } from '../verify/command-check.ts';
import { expectedIdentity } from '../verify/expected-identity.ts';
import { httpCheck } from '../verify/http-check.ts';
import { type Verified, verify } from '../verify/verify.ts';

/** Proves that what was restored runs: first who it is, then how it is. */
export function prove(
  context: Context,
  targets: ReadonlyMap<Strategy, Target>,
  target: Omit<Target, 'kept'>,
): Promise<readonly Verified[]> {
  const { inputs, ports } = context;
  const checks = [...identityChecks(context, targets), ...healthChecks(context, target)];
  return verify(checks, inputs.verifyDeadline, ports);
}

/** Proves only who it is: what was there before the rollback was not well. */
export function proveIdentity(
  context: Context,
  targets: ReadonlyMap<Strategy, Target>,
): Promise<readonly Verified[]> {
  return verify(identityChecks(context, targets), context.inputs.verifyDeadline, context.ports);
}

function identityChecks(
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
              found: plain(`${identity.found} instead of ${identity.expected}`),
            };
          case 'unknown':
            return { ok: false, found: plain(`it cannot be told: ${identity.why}`) };
        }
      } catch (error) {
        return { ok: false, found: describeError(error) };
      }
    };
    return [{ title: `identity of ${title}`, secrets: [], attempt }];
  });
}

function healthChecks(
  { inputs, ports }: Context,
  target: Omit<Target, 'kept'>,
): readonly VerifyCheck[] {
  const { verifyUrl, expectIdentity, verifyCommand, verifyChecks } = inputs;
  const url = verifyUrl && {
    ...httpCheck({
      url: verifyUrl,
      headers: {},
      status: [200, 299],
      ...expectedIdentity(expectIdentity, target.revision),
    }),
  };
  const command =
    verifyCommand &&
    commandCheck(verifyCommand, rollbackVariables(target, inputs.environment), ports);
  return [...(url ? [url] : []), ...verifyChecks, ...(command ? [command] : [])];
}

function rollbackVariables(
  { revision, badRelease, rollbackId }: Omit<Target, 'kept'>,
  environment: string,
): Readonly<Record<string, string>> {
  return {
    ROLLBACK_ENVIRONMENT: environment,
    ROLLBACK_TO: revision,
    ROLLBACK_FROM: badRelease,
    ROLLBACK_ID: rollbackId,
  };
}
