import { field } from '@repo/core/config/field';
import { parseConfig } from '@repo/core/config/parse-config';
import { InvalidValue } from '@repo/core/errors/invalid-value';
import { boolean } from '@repo/core/inputs/boolean';
import { oneOf } from '@repo/core/inputs/one-of';
import { text } from '@repo/core/inputs/text';
import * as v from 'valibot';
import { parseQuantity } from './quantity.ts';
import type { MetricRule } from './rules.ts';
import { threshold } from './threshold.ts';

const quantity = { parse: parseQuantity };
const name = {
  parse: (given: string) => {
    if (given === '') throw new InvalidValue('is empty', 'Use a name or a glob: counter/*.');
    return text().parse(given);
  },
};

const rule = v.pipe(
  v.strictObject(
    {
      match: v.optional(field(name)),
      path: v.optional(field(name)),
      better: v.optional(field(oneOf(['lower', 'higher', 'none']))),
      warn: v.optional(field(threshold())),
      fail: v.optional(field(threshold())),
      max: v.optional(field(quantity)),
      min: v.optional(field(quantity)),
      exact: v.optional(field(boolean())),
      was: v.optional(field(name)),
    },
    'The keys of a rule are match, path, better, warn, fail, max, min, exact and was.',
  ),
  v.check(
    ({ match, path }) => match !== undefined || path !== undefined,
    "has neither match nor path\nAdd match: 'counter/*', or path: $.stats.success_rate.",
  ),
);
const list = v.array(rule, "Use a list: - {match: '*', warn: 10%, fail: 20%}");

const config = v.lazy(
  (data): v.GenericSchema<unknown, readonly MetricRule[]> =>
    Array.isArray(data)
      ? list
      : v.pipe(
          v.strictObject({ metrics: list }, 'The configuration file has one key: metrics.'),
          v.transform(({ metrics }) => metrics),
        ),
);

/**
 * Parses the rules of `metrics` or of a configuration file: a list, or a mapping with `metrics`.
 *
 * @throws {InputError} with all mistakes, each with line and column
 */
export function readRules(given: string, source: string): Promise<readonly MetricRule[]> {
  return parseConfig(given, source, config);
}
