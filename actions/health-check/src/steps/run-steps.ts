import type { Capture } from '@repo/checks/expectations/cel';
import type { Expectation } from '@repo/checks/expectations/expectation';
import { DurationFact, type Facts } from '@repo/checks/facts';
import { judge } from '@repo/checks/judge';
import { isSensitiveName } from '@repo/checks/kinds/http-syntax';
import type { AttemptContext, Kind, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import { type CapturedValues, fillPlaceholders, resolveUrl } from './template.ts';

/** One step of a sequence. */
export interface Step {
  readonly kind: Kind;
  /** As written, with placeholders. */
  readonly options: unknown;
  /** The target, if the options have no placeholders. */
  readonly target: Target | undefined;
  /** Empty: use the default expectations of the target. */
  readonly expect: readonly Expectation[];
  readonly capture: ReadonlyMap<string, Capture>;
}

/** Runs the steps in order until one is not healthy. */
export async function runSteps(
  steps: readonly Step[],
  context: AttemptContext,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const captured = new Map<string, string>();
  let url: string | undefined;
  const debug: AttemptContext['debug'] = (line) =>
    context.debug?.(() => redact(typeof line === 'string' ? line : line(), captured));
  for (const [index, step] of steps.entries()) {
    const label = `step ${index + 1}`;
    const options = resolveUrl(fillPlaceholders(step.options, captured), url);
    url = getUrl(options) ?? url;
    const target = step.target ?? parseTarget(step, options);
    if (typeof target === 'string') return [failed(`${label}: ${target}`, captured)];
    const timeoutMs = Math.max(1, context.timeoutMs - (performance.now() - started));
    const result = await runStep(step, target, { ...context, timeoutMs, debug });
    if (result.state !== 'healthy') {
      return [redactObservation(result.observation, label, captured)];
    }
    for (const [name, capture] of step.capture) {
      const value = capture.evaluate(result.facts);
      if (value === undefined) {
        return [failed(`${label}: nothing to capture as ${name}`, captured)];
      }
      // In some protocols, NUL would end the value and start something else.
      if (value.includes('\0')) {
        const reason = `${label}: the value captured as ${name} contains a NUL character`;
        return [failed(reason, captured)];
      }
      captured.set(name, value);
    }
  }
  const total = performance.now() - started;
  return [{ state: 'answered', phases: { total }, facts: { latency: new DurationFact(total) } }];
}

/** The target, or the problem as a clause. */
function parseTarget({ kind }: Step, options: unknown): Target | string {
  const result = v.safeParse(kind.schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const [problem = ''] = issue.message.split('\n');
  return `the captured values result in invalid options: ${issue.path?.map(({ key }) => key).join('.') ?? ''} ${problem}`;
}

type StepResult =
  | { readonly state: 'healthy'; readonly facts: Facts }
  | { readonly state: 'not healthy'; readonly observation: Observation };

async function runStep(step: Step, target: Target, context: AttemptContext): Promise<StepResult> {
  const expect = step.expect.length > 0 ? step.expect : target.defaultExpectations;
  const expectations = { expect, degraded: [], failWhen: [] };
  const reads = new Set([
    ...expect.flatMap((one) => one.reads),
    ...[...step.capture.values()].flatMap((one) => one.reads),
  ]);
  const observations = await target.attempt({
    ...context,
    reads,
    allAddresses: false,
    connections: 1,
    suffices: (observation) => judge(expectations, [observation]).state === 'healthy',
  });
  const judged = judge(expectations, observations);
  const answered = observations.find(({ state }) => state === 'answered');
  if (judged.state === 'healthy' && answered?.state === 'answered') {
    return { state: 'healthy', facts: answered.facts };
  }
  const reason = judged.reasons.join('; ');
  const evidence = () => judged.evidence;
  const unknown = observations.find(({ state }) => state === 'unknown');
  const noRoute = observations.every((one) => one.noRoute);
  return {
    state: 'not healthy',
    observation:
      judged.state === 'unhealthy' || unknown?.state !== 'unknown'
        ? { state: 'failed', reason, noRoute, evidence }
        : { state: 'unknown', reason, final: unknown.final, evidence },
  };
}

function failed(reason: string, captured: CapturedValues): Observation {
  return { state: 'failed', reason: redact(plain(reason), captured) };
}

/** The observation of a step as the observation of the sequence, without captured secrets. */
function redactObservation(
  observation: Observation,
  label: string,
  captured: CapturedValues,
): Observation {
  if (observation.state === 'answered') return observation;
  const evidence = observation.evidence?.() ?? [];
  return {
    ...observation,
    reason: redact(`${label}: ${observation.reason}`, captured),
    evidence: () =>
      evidence.map(({ title, lines }) => ({
        title: `${label}, ${title}`,
        lines: lines.map((line) => redact(line, captured)),
      })),
  };
}

/** Removes captured tokens from the failure of a later step. */
function redact(text: string, captured: CapturedValues): string {
  let shown = text;
  for (const [name, value] of captured) {
    if (isSensitiveName(name) && value.length >= 4) shown = shown.replaceAll(value, '***');
  }
  return shown;
}

function getUrl(options: unknown): string | undefined {
  const url = (options as { readonly url?: unknown } | null)?.url;
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}
