import { expectBody, expectBodyRegex } from '@repo/checks/expectations/body';
import { expectHeaders } from '@repo/checks/expectations/header';
import { expectJson, jsonPath } from '@repo/checks/expectations/json-path';
import { maxLatency } from '@repo/checks/expectations/latency';
import { expectStatus } from '@repo/checks/expectations/status';
import { minTlsDays } from '@repo/checks/expectations/tls-days';
import { METHODS } from '@repo/checks/kinds/http-syntax';
import { boolean } from '@repo/core/inputs/boolean';
import { defineInputs, type InputDefinition } from '@repo/core/inputs/define-inputs';
import { duration } from '@repo/core/inputs/duration';
import { type FailOn, failOnInput } from '@repo/core/inputs/fail-on';
import { httpUrl } from '@repo/core/inputs/http-url';
import { integer } from '@repo/core/inputs/integer';
import { keyValue } from '@repo/core/inputs/key-value';
import { limit } from '@repo/core/inputs/limit';
import { list } from '@repo/core/inputs/list';
import { oneOf } from '@repo/core/inputs/one-of';
import { optional, secret } from '@repo/core/inputs/parser';
import { percentage } from '@repo/core/inputs/percentage';
import { sharedInputs } from '@repo/core/inputs/shared-inputs';
import { size } from '@repo/core/inputs/size';
import { block, text } from '@repo/core/inputs/text';
import { basicAuth, headerLine, resolveOverride, workflowRef } from './input-parsers.ts';
import { findContradiction } from './retry-policy.ts';
import { targetUrl } from './target-url.ts';

/** A gate must not pass when the status is unknown. */
export const failOn = {
  fail: ['fail', 'unknown'],
  warn: ['fail', 'unknown', 'warn'],
  never: [],
} satisfies FailOn;

const parsers = {
  url: list(targetUrl()),
  checks: block(),
  config: text(),

  method: oneOf(METHODS),
  headers: list(headerLine()),
  body: text(),
  'follow-redirects': boolean(),
  'max-redirects': integer({ min: 0, max: 50 }),
  'bearer-token': secret(optional(text())),
  'basic-auth': optional(basicAuth()),

  'ip-family': oneOf(['auto', '4', '6']),
  addresses: oneOf(['any', 'all']),
  resolve: list(resolveOverride()),
  proxy: optional(httpUrl()),
  'ca-file': text(),
  'cert-file': text(),
  'key-file': text(),
  insecure: boolean(),
  'allow-link-local': boolean(),

  'expect-status': optional(expectStatus()),
  'expect-body': optional(expectBody()),
  'expect-body-regex': optional(expectBodyRegex()),
  'expect-json': expectJson(),
  'expect-header': expectHeaders(),
  'expect-version': optional(text()),
  'version-path': optional(jsonPath()),
  'version-header': text(),
  'version-connections': integer({ min: 1, max: 100 }),
  expect: list(text()),
  'fail-when': list(text()),
  'max-latency': optional(maxLatency()),
  'degraded-latency': optional(maxLatency()),
  'min-tls-days': optional(minTlsDays()),

  timeout: duration({ min: 1 }),
  deadline: duration({ min: 1 }),
  interval: duration(),
  backoff: oneOf(['constant', 'exponential']),
  'max-interval': duration({ min: 1 }),
  jitter: percentage(),
  'initial-delay': duration(),
  'max-attempts': integer({ min: 0, max: 1_000_000 }),
  'success-threshold': integer({ min: 1, max: 10_000 }),
  'failure-threshold': integer({ min: 1, max: 10_000 }),
  'stable-for': duration(),
  'error-budget': percentage(),
  concurrency: integer({ min: 1, max: 1_000 }),

  'body-excerpt': size({ max: 16_384 }),
  'report-junit': text(),
  'report-prometheus': text(),
  'badge-file': text(),

  'on-unhealthy-workflow': optional(workflowRef()),
  'on-unhealthy-inputs': list(keyValue('=')),
  'heal-limit': limit(),
  'incident-issue': boolean(),
  'github-token': secret(optional(text())),

  'dry-run': boolean(),
  'fail-on': failOnInput(failOn),
  ...sharedInputs,
};

/** Inputs that do not apply to `checks` and `config`. */
const URL_INPUTS = [
  'headers',
  'body',
  'bearerToken',
  'basicAuth',
  'expectBody',
  'expectBodyRegex',
  'expectJson',
  'expectHeader',
  'expectVersion',
  'expect',
  'failWhen',
  'minTlsDays',
] as const;

export const inputs = defineInputs(parsers, [
  {
    reads: ['url', 'checks', 'config'],
    check: ({ url, checks, config }) =>
      url.length > 0 || checks !== '' || config !== ''
        ? undefined
        : {
            where: 'url',
            problem: 'is missing, and so are checks and config',
            remedy: 'Set url: https://example.com/health, or write checks in YAML.',
          },
  },
  {
    reads: ['deadline', 'stableFor', 'maxAttempts', 'successThreshold'],
    check: ({ deadline, stableFor, maxAttempts, successThreshold }) => {
      const found = findContradiction({
        deadlineMs: deadline,
        stableForMs: stableFor,
        maxAttempts,
        successThreshold,
      });
      return found && { where: found.where, problem: found.problem, remedy: found.remedy };
    },
  },
  {
    reads: ['url', ...URL_INPUTS],
    check: (values) => {
      const set = URL_INPUTS.find((name) => isSet(values[name]));
      return set === undefined || values.url.length > 0
        ? undefined
        : {
            where: set.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
            problem: 'applies to url, which is empty',
            remedy: 'Move it into the check in checks or config.',
          };
    },
  },
  {
    reads: ['onUnhealthyWorkflow', 'onUnhealthyInputs'],
    check: ({ onUnhealthyWorkflow, onUnhealthyInputs }) =>
      onUnhealthyInputs.length === 0 || onUnhealthyWorkflow !== undefined
        ? undefined
        : {
            where: 'on-unhealthy-inputs',
            problem: 'requires on-unhealthy-workflow, which is empty',
            remedy: 'Set on-unhealthy-workflow: deploy.yml.',
          },
  },
  {
    reads: ['bearerToken', 'basicAuth'],
    check: ({ bearerToken, basicAuth }) =>
      bearerToken === undefined || basicAuth === undefined
        ? undefined
        : {
            where: 'basic-auth',
            problem: 'cannot be combined with bearer-token',
            remedy: 'Both set the Authorization header. Remove one of them.',
          },
  },
  {
    reads: ['certFile', 'keyFile'],
    check: ({ certFile, keyFile }) =>
      (certFile === '') === (keyFile === '')
        ? undefined
        : {
            where: certFile === '' ? 'cert-file' : 'key-file',
            problem: 'is missing',
            remedy: 'A client certificate requires cert-file and key-file.',
          },
  },
]);

export type Inputs = typeof inputs extends InputDefinition<infer Values> ? Values : never;

function isSet(value: unknown): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}
