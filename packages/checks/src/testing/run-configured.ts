import * as v from 'valibot';
import { celExpectation } from '../expectations/cel.ts';
import { judge } from '../judge.ts';
import type { Kind, Machine } from '../kinds/kind.ts';
import { attemptContext } from './attempt-context.ts';

interface Options {
  readonly expect?: readonly string[];
  readonly machine?: Partial<Machine>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs one attempt of a configured check. Without `expect`, the default expectations apply.
 * Throws if the options are invalid.
 */
export async function runConfigured(
  kind: Kind,
  options: unknown,
  { expect, ...rest }: Options = {},
) {
  const target = v.parse(kind.schema, options);
  const expectations =
    expect?.map((source) => celExpectation(source, ['latency', ...kind.variables])) ??
    target.defaultExpectations;
  const reads = expectations.flatMap((one) => one.reads);
  const observations = await target.attempt(attemptContext({ ...rest, reads }));
  const judged = judge({ expect: expectations, degraded: [], failWhen: [] }, observations);
  return { target, observations, ...judged, reason: judged.reasons.join('; ') };
}
