import { DurationFact, type Facts } from '@repo/checks/facts';
import { judge } from '@repo/checks/judge';
import { isSensitiveName } from '@repo/checks/kinds/http-syntax';
import type { AttemptContext, Target } from '@repo/checks/kinds/kind';
import type { Observation } from '@repo/checks/kinds/observation';
import { plain } from '@repo/core/text/untrusted';
import * as v from 'valibot';
import type { Step } from './steps.ts';
import { absoluteUrl, type Captured, fill } from './template.ts';

/** One attempt at a sequence: the steps one after the other, until one is not well. */
export async function follow(
  steps: readonly Step[],
  context: AttemptContext,
): Promise<readonly Observation[]> {
  const started = performance.now();
  const captured = new Map<string, string>();
  let url: string | undefined;
  for (const [index, step] of steps.entries()) {
    const label = `step ${index + 1}`;
    const options = absoluteUrl(fill(step.options, captured), url);
    url = urlOf(options) ?? url;
    const target = step.target ?? read(step, options);
    if (typeof target === 'string') return [failed(`${label}: ${target}`, captured)];
    const timeoutMs = Math.max(1, context.timeoutMs - (performance.now() - started));
    const seen = await take(step, target, { ...context, timeoutMs });
    if (seen.state !== 'healthy') return [hide(seen.observation, label, captured)];
    for (const [name, capture] of step.capture) {
      const value = capture.evaluate(seen.facts);
      if (value === undefined) {
        return [failed(`${label}: there is nothing to capture as ${name}`, captured)];
      }
      // A protocol may read what is behind it as something else.
      if (value.includes('\0')) {
        const reason = `${label}: what is captured as ${name} has a NUL character in it`;
        return [failed(reason, captured)];
      }
      captured.set(name, value);
    }
  }
  const total = performance.now() - started;
  return [{ state: 'answered', phases: { total }, facts: { latency: new DurationFact(total) } }];
}

/** What the nonEmptyText options mean; or, as a clause, why they mean nothing. */
function read({ kind }: Step, options: unknown): Target | string {
  const result = v.safeParse(kind.schema, options);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const [problem = ''] = issue.message.split('\n');
  return `what was captured does not fit, ${issue.path?.map(({ key }) => key).join('.') ?? ''} ${problem}`;
}

type Taken =
  | { readonly state: 'healthy'; readonly facts: Facts }
  | { readonly state: 'not healthy'; readonly observation: Observation };

async function take(step: Step, target: Target, context: AttemptContext): Promise<Taken> {
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

function failed(reason: string, captured: Captured): Observation {
  return { state: 'failed', reason: withoutSecrets(plain(reason), captured) };
}

/** The observation of a step as that of the sequence, without what nobody may see. */
function hide(observation: Observation, label: string, captured: Captured): Observation {
  if (observation.state === 'answered') return observation;
  const evidence = observation.evidence?.() ?? [];
  return {
    ...observation,
    reason: withoutSecrets(`${label}: ${observation.reason}`, captured),
    evidence: () =>
      evidence.map(({ title, lines }) => ({
        title: `${label}, ${title}`,
        lines: lines.map((line) => withoutSecrets(line, captured)),
      })),
  };
}

/** A token that one step handed out must not show because the next one failed. */
function withoutSecrets(text: string, captured: Captured): string {
  let shown = text;
  for (const [name, value] of captured) {
    if (isSensitiveName(name) && value.length >= 4) shown = shown.replaceAll(value, '***');
  }
  return shown;
}

function urlOf(options: unknown): string | undefined {
  const url = (options as { readonly url?: unknown } | null)?.url;
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}
