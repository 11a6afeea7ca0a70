import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { integer } from '@repo/core/inputs/integer';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, secret } from '@repo/core/inputs/parser';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { block, text } from '@repo/core/inputs/text';
import { FORMAT_NAMES, normalize, resultGlob, rounds, significanceLevel } from './input-parsers.ts';
import { threshold } from './rules/threshold.ts';

/**
 * `unknown` passes with a warning by default, because noise must not block a pull request.
 * `missing` also fails for missing and failed benchmarks; `unknown` is the strictest value.
 */
export const failOn = {
  fail: ['fail'],
  warn: ['fail', 'warn'],
  missing: ['fail'],
  unknown: ['fail', 'warn', 'unknown'],
  never: [],
} satisfies FailOn;

const parsers = {
  results: list(resultGlob()),
  format: oneOf(['auto', ...FORMAT_NAMES]),
  baseline: list(resultGlob()),
  suite: text(),
  config: text(),
  mode: oneOf(['auto', 'compare', 'history', 'record', 'run', 'post']),

  metrics: block(),
  'warn-threshold': threshold(),
  'fail-threshold': threshold(),
  alpha: significanceLevel(),
  'min-samples': integer({ min: 2, max: 1000 }),
  normalize: normalize(),

  store: oneOf(['auto', 'branch', 'cache', 'file', 'none']),
  'history-branch': text(),
  'history-path': text(),
  record: oneOf(['auto', 'always', 'never']),
  environment: text(),
  'accept-label': text(),
  import: text(),

  command: text(),
  prepare: text(),
  'baseline-ref': text(),
  rounds: rounds(),
  budget: duration({ min: 1 }),

  'report-html': text(),
  comment: oneOf(['on-change', 'always', 'never']),
  check: boolean(),
  'github-token': secret(optional(text())),

  'fail-on': failOnInput(failOn),
  ...sharedInputs,
};

export const inputs = defineInputs(parsers, [
  {
    reads: ['results', 'mode', 'import'],
    check: ({ results, mode, import: path }) =>
      results.length > 0 || mode === 'run' || (mode === 'record' && path !== '')
        ? undefined
        : {
            where: 'results',
            problem: 'is required',
            remedy: 'List the result files of the benchmark, one glob per line: bench/*.txt.',
          },
  },
  {
    reads: ['mode', 'baseline'],
    check: ({ mode, baseline }) =>
      mode === 'compare' && baseline.length === 0
        ? {
            where: 'baseline',
            problem: 'is required with mode: compare',
            remedy: 'List the result files of the base, or use mode: history.',
          }
        : undefined,
  },
  {
    reads: ['mode', 'command'],
    check: ({ mode, command }) =>
      (mode === 'run') === (command !== '')
        ? undefined
        : {
            where: 'command',
            problem:
              mode === 'run' ? 'is required with mode: run' : `has no effect with mode: ${mode}`,
            remedy:
              mode === 'run'
                ? 'Set the command that measures, such as: go test -bench . ./...'
                : 'Use mode: run, or remove command.',
          },
  },
  {
    reads: ['mode', 'store'],
    check: ({ mode, store }) =>
      (mode === 'history' || mode === 'record') && store === 'none'
        ? {
            where: 'store',
            problem: `cannot be none with mode: ${mode}`,
            remedy: 'Use store: branch, cache, or file with a history-path.',
          }
        : undefined,
  },
  {
    reads: ['mode', 'import'],
    check: ({ mode, import: path }) =>
      path !== '' && mode !== 'record'
        ? {
            where: 'import',
            problem: `has no effect with mode: ${mode}`,
            remedy: 'Import once with mode: record. Later runs read it from the history.',
          }
        : undefined,
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;
