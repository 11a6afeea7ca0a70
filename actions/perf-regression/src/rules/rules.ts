import { matchesGlob } from '@repo/core/text/glob';
import type { Better } from '../measurement.ts';
import type { Quantity } from './quantity.ts';
import type { Threshold } from './threshold.ts';

/** An entry of `metrics`. */
export interface MetricRule {
  /** Glob on the name of the benchmark, of the metric, or on `benchmark metric`. */
  readonly match?: string | undefined;
  /** Path in a JSON file, `$.stats.success_rate`; also matches the benchmark named by `match`. */
  readonly path?: string | undefined;
  readonly better?: Better | undefined;
  readonly warn?: Threshold | undefined;
  readonly fail?: Threshold | undefined;
  readonly max?: Quantity | undefined;
  readonly min?: Quantity | undefined;
  /** One value is enough to compare; samples are not required. */
  readonly exact?: boolean | undefined;
  /** The former name of the benchmark. */
  readonly was?: string | undefined;
}

/** The rules that apply to one metric of one benchmark. */
export interface Policy {
  readonly better?: Better;
  readonly warn?: Threshold;
  readonly fail?: Threshold;
  readonly max?: Quantity;
  readonly min?: Quantity;
  readonly exact: boolean;
  readonly was?: string;
}

/** Identifies one metric of one benchmark. */
export interface MetricName {
  readonly benchmark: string;
  readonly metric: string;
}

export type PolicyLookup = (name: MetricName) => Policy;

interface DefaultThresholds {
  readonly warn: Threshold;
  readonly fail: Threshold;
}

/** Resolves each policy once: the same metric is looked up several times. */
export function createPolicyLookup(
  rules: readonly MetricRule[],
  defaults: DefaultThresholds,
): PolicyLookup {
  if (rules.length === 0) {
    const policy = resolvePolicy(rules, defaults, { benchmark: '', metric: '' });
    return () => policy;
  }
  const resolved = new Map<string, Policy>();
  return (name) => {
    const key = `${name.benchmark}\n${name.metric}`;
    const policy = resolved.get(key) ?? resolvePolicy(rules, defaults, name);
    resolved.set(key, policy);
    return policy;
  };
}

export function matchesName(glob: string, { benchmark, metric }: MetricName): boolean {
  return (
    matchesGlob(glob, benchmark) ||
    matchesGlob(glob, metric) ||
    matchesGlob(glob, `${benchmark} ${metric}`)
  );
}

/**
 * For each property, the last matching rule that sets it. The four limits are taken from one rule: a
 * rule with `fail: +50MB` or `max: 10ns` must not inherit `warn: 10%` from another one.
 */
export function resolvePolicy(
  rules: readonly MetricRule[],
  defaults: DefaultThresholds,
  name: MetricName,
): Policy {
  const matching = rules.filter((rule) => applies(rule, name));
  const last = (sets: (rule: MetricRule) => boolean) => matching.findLast(sets);
  const { warn, fail, max, min }: MetricRule = last(hasLimit) ?? defaults;
  const better = last((rule) => rule.better !== undefined)?.better;
  const was = last((rule) => rule.was !== undefined)?.was;
  return {
    ...(better !== undefined && { better }),
    ...(warn && { warn }),
    ...(fail && { fail }),
    ...(max && { max }),
    ...(min && { min }),
    exact: last(({ exact }) => exact !== undefined)?.exact ?? false,
    ...(was !== undefined && { was }),
  };
}

function hasLimit({ warn, fail, max, min }: MetricRule): boolean {
  return [warn, fail, max, min].some((limit) => limit !== undefined);
}

function applies({ match, path }: MetricRule, name: MetricName): boolean {
  if (path !== undefined) return isAt(path, name) || match === name.benchmark;
  return match !== undefined && matchesName(match, name);
}

/** The benchmark of the number at `$.a.b` is named `a.b`. */
function isAt(path: string, { benchmark, metric }: MetricName): boolean {
  const dotted = dottedPath(path);
  return benchmark === dotted || metric === dotted || benchmark.endsWith(`/${dotted}`);
}

function dottedPath(path: string): string {
  return path
    .replace(/^\$\.?/, '')
    .replace(/\[['"]([^'"]+)['"]\]/g, '.$1')
    .replace(/\[(\d+)\]/g, '.$1')
    .replace(/^\./, '');
}
