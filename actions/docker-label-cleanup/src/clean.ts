import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import type { Outcome } from '@repo/core/action/outcome';
import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { InputError } from '@repo/core/errors/input-error';
import { pluralize } from '@repo/core/text/pluralize';
import { connectDocker, type Docker } from '@repo/docker/client';
import { inspectContainer } from '@repo/docker/containers';
import { describeEndpoint } from '@repo/docker/endpoint';
import { DaemonError, DaemonUnreachable } from '@repo/docker/errors';
import { findEndpoint } from '@repo/docker/find-endpoint';
import { getDaemonInfo, pruneBuildCache } from '@repo/docker/system';
import { listVolumes } from '@repo/docker/volumes';
import { act, type Work } from './act.ts';
import { auditOf, type Entry } from './audit.ts';
import { type Result, whyStopped } from './carry-out.ts';
import { diskOf, percent } from './disk.ts';
import type { Inputs } from './inputs.ts';
import { runLabel } from './owner.ts';
import { groupFor, type Plan, type Policy, plan } from './plan.ts';
import { type PlanFile, readPlanFile, writePlanFile } from './plan-file.ts';
import { protectRules } from './protect.ts';
import { removersFor } from './removers.ts';
import { type CacheResult, report, unknown } from './report.ts';
import { describeGroup, type Group } from './selector.ts';
import { KINDS, type World } from './subject.ts';
import { ownContainers, survey } from './survey.ts';

/** Longest that one request may take, ms: a large image is not removed in a moment. */
const REQUEST_MS = 120_000;

/**
 * Removals at a time where the user says nothing. A daemon at the end of a line is asked for more
 * while the answers travel; beside us it only gets slower by it (docs/benchmarks.md).
 */
const AT_HOME = 8;
const AFAR = 32;

/** Surveys the daemon, plans, and carries the plan out or writes it. */
export async function clean(
  inputs: Inputs,
  context: ActionContext,
  owner: Group = [],
): Promise<Outcome> {
  const endpoint = await findEndpoint(inputs, context.variable);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(inputs.timeout)]);
  try {
    const concurrency = inputs.concurrency ?? (endpoint.kind === 'socket' ? AT_HOME : AFAR);
    using docker = await connectDocker(endpoint, {
      timeoutMs: Math.min(inputs.timeout, REQUEST_MS),
      signal,
      connections: 2 * concurrency,
    });
    return await cleanDaemon(docker, { ...inputs, concurrency }, { ...context, signal }, owner);
  } catch (error) {
    // A cancel is told by whoever runs us.
    if (context.signal.aborted) throw error;
    if (signal.aborted) return unknown(describeEndpoint(endpoint), signal.reason);
    if (error instanceof DaemonUnreachable || error instanceof DaemonError) {
      return unknown(describeEndpoint(endpoint), error);
    }
    throw error;
  }
}

async function cleanDaemon(
  docker: Docker,
  inputs: Inputs & Pick<Work, 'concurrency'>,
  context: ActionContext,
  owner: Group,
): Promise<Outcome> {
  const { log, run, workspace, variable } = context;
  const isPlan = inputs.mode === 'plan';
  const given = isPlan || inputs.mode === 'setup' ? '' : inputs.planFile;
  const approved = given === '' ? undefined : await approvedBy(given, workspace, docker);
  const policy = policyOf(
    inputs,
    [...owner, ...(inputs.owner === 'run' ? [runLabel(run)] : [])],
    approved,
  );
  log.info(`Looking for ${describe(policy)} on ${describeEndpoint(docker.endpoint)}`);

  const ages = policy.minAgeMs > 0 || policy.keepLast > 0 || policy.oldestFirst;
  const world = await survey(
    docker,
    ({ labels }) => ages && groupFor(labels, policy) !== undefined,
    await ownContainers(),
  );
  const made = await planFor(docker, world, policy);
  const disk = inputs.diskThreshold && (await diskOf(docker));
  if (isPlan) {
    const path = resolve(
      workspace,
      inputs.planFile || `${variable('RUNNER_TEMP') || '.'}/plan.json`,
    );
    const { id } = await getDaemonInfo(docker);
    await writePlanFile(path, id, made.steps);
    return report({ entries: auditOf(made.decisions, undefined), made, inputs, planFile: path });
  }

  refuseTooMany(made, inputs.maxDeletions);
  const work = workOf(inputs, policy, world, disk);
  const results = await log.group(`Removing ${pluralize(made.steps.length, 'object')}`, () =>
    act(made.steps, work, {
      docker,
      removers: removersFor(docker),
      clock: context.clock,
      signal: context.signal,
      retries: inputs.retries,
      log,
    }),
  );
  const cache = await pruneCache(docker, inputs, work, context.signal);
  const entries = await withAnonymousVolumes(
    auditOf(made.decisions, results),
    made,
    results,
    docker,
    context.signal,
  );
  return report({ entries: [...entries, ...vanished(approved, made)], made, inputs, cache });
}

/**
 * Lists do not tell whose processes a container shares, and it dies with those: who stays is asked,
 * as long as that lets others stay.
 */
async function planFor(docker: Docker, world: World, policy: Policy): Promise<Plan> {
  const sharing = new Map<string, readonly string[]>();
  for (;;) {
    const made = plan({ ...world, sharing }, policy);
    const containers = made.decisions.filter(({ subject }) => subject.kind === 'container');
    const staying = containers.filter(({ fate }) => fate.kind !== 'remove');
    if (staying.length === containers.length) return made;
    const answers = await Promise.all(
      staying
        .filter(({ subject }) => !sharing.has(subject.id))
        .map(async ({ subject: { id } }) => {
          const shared = (await inspectContainer(docker, id))?.sharesWith ?? [];
          sharing.set(id, shared);
          return shared.length > 0;
        }),
    );
    if (!answers.includes(true)) return made;
  }
}

function policyOf(inputs: Inputs, owner: Group, approved: PlanFile | undefined): Policy {
  return {
    selector: inputs.labels,
    owner,
    tags: inputs.tags,
    protect: protectRules(inputs.protect),
    labelSource: inputs.labelSource,
    kinds: new Set(KINDS.filter((kind) => inputs.resources.has(`${kind}s`))),
    running: inputs.running,
    minAgeMs: inputs.minAge,
    keepLast: inputs.keepLast,
    anonymousVolumes: inputs.anonymousVolumes,
    oldestFirst: inputs.diskThreshold !== undefined,
    ...(approved && { approved: approved.approved }),
  };
}

function describe({ selector, owner }: Policy): string {
  const groups = selector.length === 0 ? [[]] : selector;
  return groups.map((group) => describeGroup([...group, ...owner])).join(', or ');
}

async function approvedBy(given: string, workspace: string, docker: Docker): Promise<PlanFile> {
  const file = await readPlanFile(resolve(workspace, given), given);
  const { id, name } = await getDaemonInfo(docker);
  if (file.daemon === id) return file;
  throw new InputError([
    {
      where: 'plan-file',
      given,
      problem: `was made on another daemon than ${name}`,
      remedy: 'Make a plan on this daemon, or correct host or context.',
    },
  ]);
}

/** The brake: a wrong selector shall not empty the daemon. */
function refuseTooMany({ steps }: Plan, most: number): void {
  if (steps.length <= most) return;
  throw new InputError([
    {
      where: 'max-deletions',
      given: String(most),
      problem: `is less than the ${pluralize(steps.length, 'object')} that would be removed; nothing was touched`,
      remedy: 'Look at them with mode: plan; then correct labels, or raise max-deletions.',
    },
  ]);
}

function workOf(
  inputs: Inputs & Pick<Work, 'concurrency'>,
  policy: Policy,
  { self }: World,
  disk: (() => Promise<number>) | undefined,
): Work {
  const { diskThreshold: threshold, concurrency } = inputs;
  const work = { policy, self, concurrency };
  if (!disk || !threshold) return work;
  let limit = threshold.above;
  return {
    ...work,
    enough: async () => {
      const full = await disk();
      if (full <= limit) return `the disk is at ${percent(full)}`;
      limit = threshold.until;
      return undefined;
    },
  };
}

/** Of what was removed before, the audit has to be told whatever comes of this. */
async function pruneCache(
  docker: Docker,
  { resources, buildCacheOlderThan }: Inputs,
  { enough }: Work,
  signal: AbortSignal,
): Promise<CacheResult> {
  const isWanted = resources.has('build-cache') && buildCacheOlderThan !== undefined;
  if (!isWanted || signal.aborted) return { bytes: 0 };
  try {
    if ((await enough?.()) !== undefined) return { bytes: 0 };
    return { bytes: await pruneBuildCache(docker, buildCacheOlderThan) };
  } catch (error) {
    const problem = signal.aborted ? whyStopped(signal) : describeError(error);
    return { bytes: 0, problem, ...(error instanceof ActionError && { remedy: error.remedy }) };
  }
}

/** Volumes that went with their containers were selected by nothing, but are gone. */
async function withAnonymousVolumes(
  entries: readonly Entry[],
  { steps }: Plan,
  results: ReadonlyMap<string, Result>,
  docker: Docker,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const owners = new Map<string, string>();
  for (const { subject, withVolumes } of steps) {
    if (!withVolumes || results.get(`container ${subject.id}`)?.kind !== 'removed') continue;
    for (const volume of subject.volumes) {
      if (results.get(`volume ${volume}`)?.kind !== 'removed') owners.set(volume, subject.name);
    }
  }
  if (owners.size === 0 || signal.aborted) return entries;
  const volumes = await listVolumes(docker).catch(() => undefined);
  // They have gone with their containers, or will be found by the next run.
  if (volumes === undefined) return entries;
  const left = new Set(volumes.map(({ name }) => name));
  return entries.map((entry) => {
    const owner = entry.kind === 'volume' && !left.has(entry.id) ? owners.get(entry.id) : undefined;
    return owner === undefined
      ? entry
      : { ...entry, outcome: 'removed', why: `anonymous volume of container ${owner}` };
  });
}

/** What a plan file has and the daemon has not any more. */
function vanished(file: PlanFile | undefined, { decisions }: Plan): readonly Entry[] {
  if (!file) return [];
  const there = new Set(decisions.map(({ subject }) => `${subject.kind} ${subject.name}`));
  return file.steps
    .filter(({ kind, name }) => !there.has(`${kind} ${name}`))
    .map(({ kind, name }) => ({
      kind,
      id: name,
      name,
      outcome: 'gone',
      why: 'it is in the plan file, but not on the daemon any more',
      bytes: 0,
    }));
}
