import { createTargetCheck } from '@repo/checks/attempt';
import type { Kind, RequestOptions, Target } from '@repo/checks/kinds/kind';
import { InputError, type InputProblem } from '@repo/core/errors/input-error';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import type { Check } from './check.ts';
import type { Config, ConfiguredCheck, Overrides } from './config.ts';
import { type Compile, createExpectations, toList } from './expectations.ts';
import type { Inputs } from './inputs.ts';
import { KINDS } from './kinds/registry.ts';
import { findNeedsProblems } from './needs.ts';
import { findContradiction, type RetryPolicy } from './retry-policy.ts';
import type { TargetUrl } from './target-url.ts';

/**
 * Plans the checks of the inputs and the configurations. Throws an InputError for mistakes across
 * inputs: unknown variables in expressions, duplicate names, contradictory policies.
 */
export async function plan(inputs: Inputs, configs: readonly Config[]): Promise<readonly Check[]> {
  const compile = await loadCompiler(inputs);
  const problems: InputProblem[] = [];
  const fromUrls = await Promise.all(
    inputs.url.map(async (target) =>
      planUrl(target, inputs, await loadKind(target.kind), compile, problems),
    ),
  );
  const fromConfigs = configs.flatMap(({ defaults, checks }) =>
    checks.map((check) => planConfigured(check, defaults, inputs)),
  );
  problems.push(
    ...fromConfigs.flatMap(findPolicyProblem),
    ...findDuplicateNames(fromUrls, fromConfigs),
    ...findNeedsProblems([...fromUrls, ...fromConfigs]),
  );
  if (problems.length > 0) throw new InputError(removeDuplicates(problems));
  return [...fromUrls, ...fromConfigs];
}

async function loadCompiler({ expect, failWhen }: Inputs): Promise<Compile> {
  if (expect.length === 0 && failWhen.length === 0) return failToCompile;
  return (await import('@repo/checks/expectations/cel')).celExpectation;
}

function failToCompile(): never {
  throw new Error('unexpected expression');
}

async function loadKind(name: string): Promise<Kind> {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind.load();
}

function planUrl(
  { kind: name, url }: TargetUrl,
  inputs: Inputs,
  kind: Kind,
  compile: Compile,
  problems: InputProblem[],
): Check {
  const target = createTarget(url, inputs, kind);
  const hasVersion = inputs.expectVersion !== undefined;
  return {
    ...createTargetCheck(target, createExpectations(inputs, kind, target, compile, problems)),
    name: target.description,
    kind: name,
    policy: createPolicy(inputs),
    // During a rolling deploy, each address may serve the old and the new version.
    allAddresses: hasVersion || inputs.addresses === 'all',
    connections: hasVersion ? inputs.versionConnections : 1,
    needs: [],
  };
}

function createTarget(url: URL, inputs: Inputs, { fromUrl }: Kind): Target {
  if (fromUrl === undefined) throw new Error(`no kind of check for ${url.protocol}`);
  try {
    return fromUrl(url, createRequest(inputs));
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    const given = `${url.protocol}//${url.host}`;
    const { message: problem, remedy } = error;
    throw new InputError([{ where: 'url', given, problem, remedy }]);
  }
}

function createRequest(inputs: Inputs): RequestOptions {
  const authorization = createAuthorization(inputs);
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

function createAuthorization({ bearerToken, basicAuth }: Inputs): string | undefined {
  if (bearerToken !== undefined) return `Bearer ${bearerToken}`;
  if (basicAuth === undefined) return undefined;
  return `Basic ${Buffer.from(basicAuth.join(':')).toString('base64')}`;
}

function planConfigured(
  { name, kind, target, expect, degraded, failWhen, invert, needs, overrides }: ConfiguredCheck,
  defaults: Overrides,
  inputs: Inputs,
): Check {
  return {
    ...createTargetCheck(target, {
      expect: [
        ...(expect.length > 0 ? expect : target.defaultExpectations),
        ...toList(inputs.maxLatency),
      ],
      degraded: [...degraded, ...toList(inputs.degradedLatency)],
      failWhen,
      invert,
    }),
    name,
    kind,
    policy: createPolicy(inputs, defaults, overrides),
    // With invert, the target must be gone from all addresses.
    allAddresses:
      invert || (overrides.addresses ?? defaults.addresses ?? inputs.addresses) === 'all',
    connections: 1,
    needs,
  };
}

/** Precedence: the check, then the defaults of the configuration, then the inputs. */
function createPolicy(inputs: Inputs, defaults: Overrides = {}, own: Overrides = {}): RetryPolicy {
  const set = { ...defaults, ...own };
  return {
    timeoutMs: set.timeout ?? inputs.timeout,
    deadlineMs: set.deadline ?? inputs.deadline,
    intervalMs: set.interval ?? inputs.interval,
    backoff: set.backoff ?? inputs.backoff,
    maxIntervalMs: set['max-interval'] ?? inputs.maxInterval,
    jitter: set.jitter ?? inputs.jitter,
    initialDelayMs: set['initial-delay'] ?? inputs.initialDelay,
    maxAttempts: set['max-attempts'] ?? inputs.maxAttempts,
    successThreshold: set['success-threshold'] ?? inputs.successThreshold,
    failureThreshold: set['failure-threshold'] ?? inputs.failureThreshold,
    stableForMs: set['stable-for'] ?? inputs.stableFor,
    errorBudget: set['error-budget'] ?? inputs.errorBudget,
  };
}

function findPolicyProblem({ name, policy }: Check): readonly InputProblem[] {
  const found = findContradiction(policy);
  return found === undefined
    ? []
    : [
        {
          where: 'checks',
          given: name,
          problem: `has an invalid policy: ${found.where} ${found.problem}`,
          remedy: found.remedy,
        },
      ];
}

function findDuplicateNames(
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
      remedy: 'Give each check a unique name, and list each url once.',
    }));
}

/** A mistake in an expression occurs once per target. */
function removeDuplicates(problems: readonly InputProblem[]): readonly InputProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
