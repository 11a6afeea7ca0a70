import { createTargetCheck } from '@repo/checks/attempt';
import type { Kind, RequestOptions, Target } from '@repo/checks/kinds/kind';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { Check } from './check.ts';
import type { Config, ConfiguredCheck, Overrides } from './config.ts';
import { type Compile, createExpectations, given } from './expectations.ts';
import type { Inputs } from './inputs.ts';
import { KINDS } from './kinds/registry.ts';
import { needsProblems } from './needs.ts';
import { contradiction, type Policy } from './retry-policy.ts';
import type { TargetUrl } from './target-url.ts';

/**
 * The checks that the inputs and the configurations ask for. Throws an InputError for what can
 * only be seen now: expressions that name what the target does not have, two checks of one name,
 * policies that nothing could satisfy.
 */
export async function plan(inputs: Inputs, configs: readonly Config[]): Promise<readonly Check[]> {
  const compile = await loadCompiler(inputs);
  const problems: InputProblem[] = [];
  const fromUrls = await Promise.all(
    inputs.url.map(async (target) =>
      fromUrl(target, inputs, await kindOf(target.kind), compile, problems),
    ),
  );
  const fromConfigs = configs.flatMap(({ defaults, checks }) =>
    checks.map((check) => fromConfig(check, defaults, inputs)),
  );
  problems.push(
    ...fromConfigs.flatMap(policyProblem),
    ...equalNames(fromUrls, fromConfigs),
    ...needsProblems([...fromUrls, ...fromConfigs]),
  );
  if (problems.length > 0) throw new InputError(unique(problems));
  return [...fromUrls, ...fromConfigs];
}

async function loadCompiler({ expect, failWhen }: Inputs): Promise<Compile> {
  if (expect.length === 0 && failWhen.length === 0) return neverCompiled;
  return (await import('@repo/checks/expectations/cel')).celExpectation;
}

function neverCompiled(): never {
  throw new Error('an expression turned up after all inputs were read');
}

async function kindOf(name: string): Promise<Kind> {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind.load();
}

function fromUrl(
  { kind: name, url }: TargetUrl,
  inputs: Inputs,
  kind: Kind,
  compile: Compile,
  problems: InputProblem[],
): Check {
  const target = targetOf(url, inputs, kind);
  const gated = inputs.expectVersion !== undefined;
  return {
    ...createTargetCheck(target, createExpectations(inputs, kind, target, compile, problems)),
    name: target.description,
    kind: name,
    policy: policyOf(inputs),
    // A rolling deploy answers from old and new for minutes, on each address for itself.
    allAddresses: gated || inputs.addresses === 'all',
    connections: gated ? inputs.versionConnections : 1,
    needs: [],
  };
}

function targetOf(url: URL, inputs: Inputs, { fromUrl }: Kind): Target {
  if (fromUrl === undefined) throw new Error(`no kind of check for ${url.protocol}`);
  try {
    return fromUrl(url, requestOf(inputs));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const given = `${url.protocol}//${url.host}`;
    const { message: problem, remedy } = error;
    throw new InputError([{ where: 'url', given, problem, remedy }]);
  }
}

function requestOf(inputs: Inputs): RequestOptions {
  const authorization = authorizationOf(inputs);
  const headers = Object.fromEntries(
    authorization === undefined
      ? inputs.headers
      : [
          ...inputs.headers.filter(([name]) => name.toLowerCase() !== 'authorization'),
          ['authorization', authorization],
        ],
  );
  return {
    method: inputs.method,
    headers,
    body: inputs.body === '' ? undefined : inputs.body,
    followRedirects: inputs.followRedirects,
    maxRedirects: inputs.maxRedirects,
  };
}

function authorizationOf({ bearerToken, basicAuth }: Inputs): string | undefined {
  if (bearerToken !== undefined) return `Bearer ${bearerToken}`;
  if (basicAuth === undefined) return undefined;
  return `Basic ${Buffer.from(basicAuth.join(':')).toString('base64')}`;
}

function fromConfig(
  { name, kind, target, expect, degraded, failWhen, invert, needs, overrides }: ConfiguredCheck,
  defaults: Overrides,
  inputs: Inputs,
): Check {
  return {
    ...createTargetCheck(target, {
      expect: [
        ...(expect.length > 0 ? expect : target.defaultExpectations),
        ...given(inputs.maxLatency),
      ],
      degraded: [...degraded, ...given(inputs.degradedLatency)],
      failWhen,
      invert,
    }),
    name,
    kind,
    policy: policyOf(inputs, defaults, overrides),
    // It is gone when it is gone from every address.
    allAddresses:
      invert || (overrides.addresses ?? defaults.addresses ?? inputs.addresses) === 'all',
    connections: 1,
    needs,
  };
}

/** The policy: the check's own word first, then the configuration's defaults, then the inputs. */
function policyOf(inputs: Inputs, defaults: Overrides = {}, own: Overrides = {}): Policy {
  const set = { ...defaults, ...own };
  return {
    timeout: set.timeout ?? inputs.timeout,
    deadline: set.deadline ?? inputs.deadline,
    interval: set.interval ?? inputs.interval,
    backoff: set.backoff ?? inputs.backoff,
    maxInterval: set['max-interval'] ?? inputs.maxInterval,
    jitter: set.jitter ?? inputs.jitter,
    initialDelay: set['initial-delay'] ?? inputs.initialDelay,
    maxAttempts: set['max-attempts'] ?? inputs.maxAttempts,
    successThreshold: set['success-threshold'] ?? inputs.successThreshold,
    failureThreshold: set['failure-threshold'] ?? inputs.failureThreshold,
    stableFor: set['stable-for'] ?? inputs.stableFor,
    errorBudget: set['error-budget'] ?? inputs.errorBudget,
  };
}

function policyProblem({ name, policy }: Check): readonly InputProblem[] {
  const found = contradiction(policy);
  return found === undefined
    ? []
    : [
        {
          where: 'checks',
          given: name,
          problem: `has a policy whose ${found.where} ${found.problem}`,
          remedy: found.remedy,
        },
      ];
}

function equalNames(
  fromUrls: readonly Check[],
  fromConfigs: readonly Check[],
): readonly InputProblem[] {
  const urls = Map.groupBy(fromUrls, ({ name }) => name);
  const all = Map.groupBy([...fromUrls, ...fromConfigs], ({ name }) => name);
  return [...all]
    .filter(([, checks]) => checks.length > 1)
    .map(([name, { length }]) => ({
      where: urls.get(name)?.length === length ? 'url' : 'checks',
      given: name,
      problem: `is the name of ${length} checks`,
      remedy: 'Give each check a name of its own; list each url once.',
    }));
}

/** A mistake in an expression shows with each target that is asked. */
function unique(problems: readonly InputProblem[]): readonly InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
