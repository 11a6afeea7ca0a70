import { matchesGlob } from '@repo/core/text/glob';
import type { Better } from '../measurement.ts';
import type { Quantity } from './quantity.ts';
import type { Threshold } from './threshold.ts';

/** An entry of `metrics`: what holds for the benchmarks and metrics that it matches. */
export interface MetricRule {
  /** Glob on the benchmark's name, the metric's, or both as `benchmark metric`. */
  readonly match?: string | undefined;
  /** A path in a JSON file, `$.stats.success_rate`; the number is then called as `match` says. */
  readonly path?: string | undefined;
  readonly better?: Better | undefined;
  readonly warn?: Threshold | undefined;
  readonly fail?: Threshold | undefined;
  readonly max?: Quantity | undefined;
  readonly min?: Quantity | undefined;
  /** One number tells all: no samples are waited for. */
  readonly exact?: boolean | undefined;
  /** The name that the benchmark had before. */
  readonly was?: string | undefined;
}

/** What holds for one metric of one benchmark. */
export interface Policy {
  readonly better?: Better;
  readonly warn?: Threshold;
  readonly fail?: Threshold;
  readonly max?: Quantity;
  readonly min?: Quantity;
  readonly exact: boolean;
  readonly was?: string;
}

/** Names one metric of one benchmark. */
export interface MetricName {
  readonly benchmark: string;
  readonly metric: string;
}

export function matchesName(glob: string, { benchmark, metric }: MetricName): boolean {
  return (
    matchesGlob(glob, benchmark) ||
    matchesGlob(glob, metric) ||
    matchesGlob(glob, `${benchmark} ${metric}`)
  );
}

/**
 * What holds for a metric: the last rule that matches and says it. The four limits go together: who
 * writes `fail: +50MB` or `max: 10ns` does not want a `warn: 10%` from elsewhere.
 */
export function policyFor(
  rules: readonly MetricRule[],
  defaults: { readonly warn: Threshold; readonly fail: Threshold },
  name: MetricName,
): Policy {
  const matching = rules.filter((rule) => applies(rule, name));
  const last = (says: (rule: MetricRule) => boolean) => matching.findLast(says);
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

/** The number at `$.a.b` of a JSON file is called `a.b`. */
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
