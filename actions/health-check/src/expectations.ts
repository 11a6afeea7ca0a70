import type { Expectation } from '@repo/checks/expectations/expectation';
import { expectVersion } from '@repo/checks/expectations/version';
import type { Expectations } from '@repo/checks/judge';
import { COMMON_VARIABLES, type Kind, type Target } from '@repo/checks/kinds/kind';
import type { InputProblem } from '@repo/core/errors/input-error';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { Inputs } from './inputs.ts';

/** Compiles an expression; loaded only when an input has one. */
export type Compile = (source: string, variables: readonly string[]) => Expectation;

/**
 * The expectations of the inputs for a target. Inputs that do not apply to this kind of target are
 * added to `problems`.
 */
export function createExpectations(
  inputs: Inputs,
  kind: Kind,
  target: Target,
  compile: Compile,
  problems: InputProblem[],
): Expectations {
  const variables = [...COMMON_VARIABLES, ...kind.variables];
  const compiled = (input: string, sources: readonly string[]) =>
    sources.flatMap((given) => {
      try {
        return [compile(given, variables)];
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        problems.push({ where: input, given, problem: error.message, remedy: error.remedy });
        return [];
      }
    });
  const simple: Readonly<Record<string, readonly (Expectation | undefined)[]>> = {
    // The default of expect-status applies to HTTP responses only.
    'expect-status': kind.isPage ? [inputs.expectStatus] : [],
    'expect-body': [inputs.expectBody],
    'expect-body-regex': [inputs.expectBodyRegex],
    'expect-json': inputs.expectJson,
    'expect-header': inputs.expectHeader,
    'expect-version': [createVersionExpectation(inputs)],
    'max-latency': [inputs.maxLatency],
    'min-tls-days': [inputs.minTlsDays],
  };
  const expect = Object.entries(simple).flatMap(([input, expectations]) =>
    expectations
      .filter((one) => one !== undefined)
      .filter((one) => {
        const missing = one.reads.find((name) => !variables.includes(name));
        if (missing === undefined) return true;
        problems.push({
          where: input,
          problem: `does not apply to ${target.description}, which has no ${missing}`,
          remedy: 'Check that target in a separate step, or in checks.',
        });
        return false;
      }),
  );
  const own = compiled('expect', inputs.expect);
  const defaultExpectations = kind.isPage || own.length > 0 ? [] : target.defaultExpectations;
  return {
    expect: [...defaultExpectations, ...expect, ...own],
    degraded: toList(inputs.degradedLatency),
    failWhen: compiled('fail-when', inputs.failWhen),
  };
}

function createVersionExpectation(inputs: Inputs): Expectation | undefined {
  if (inputs.expectVersion === undefined) return undefined;
  return expectVersion(inputs.expectVersion, {
    ...(inputs.versionHeader !== '' && { header: inputs.versionHeader }),
    ...(inputs.versionPath !== undefined && { path: inputs.versionPath }),
  });
}

/** A list of zero or one expectations. */
export function toList(expectation: Expectation | undefined): readonly Expectation[] {
  return expectation === undefined ? [] : [expectation];
}
