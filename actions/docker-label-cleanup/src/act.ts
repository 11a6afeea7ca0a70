import { ActionError } from '@repo/core/errors/action-error';
import { describeError } from '@repo/core/errors/describe-error';
import { InputError } from '@repo/core/errors/input-error';
import { type Slots, slots } from '@repo/core/process/slots';
import { pluralize } from '@repo/core/text/pluralize';
import { pruneBuildCache } from '@repo/docker/system';
import { listVolumes } from '@repo/docker/volumes';
import type { Context } from './context.ts';
import { formatPercent } from './disk-usage.ts';
import type { Plan, Step } from './plan.ts';
import { describeStop, type RemovalResult, removeObject } from './removers/remove-object.ts';
import { createRemovers } from './removers/removers.ts';
import { getKey, type Inventory, type Kind } from './selection/docker-object.ts';

/** What was done on the daemon. */
export interface ActResult {
  /** Object key → result. An object that is missing was not reached. */
  readonly removals: ReadonlyMap<string, RemovalResult>;
  readonly buildCache: BuildCacheResult;
  /** Volume → name of the container that it was removed with. */
  readonly anonymousVolumes: ReadonlyMap<string, string>;
}

export interface BuildCacheResult {
  readonly reclaimedBytes: number;
  /** Why the build cache could not be pruned, as a clause. */
  readonly problem?: string;
  readonly remedy?: string;
}

/** Why no more has to be removed, or `undefined` while more is needed. */
type IsEnough = () => Promise<string | undefined>;

/** Carries out the plan. A failed removal does not stop the others. */
export async function act(
  context: Context,
  plan: Plan,
  self: Inventory['self'],
): Promise<ActResult> {
  refuseTooMany(plan.steps.length, context.inputs.maxDeletions);
  const isEnough = createDiskCheck(context);
  const removals = await context.action.log.group(
    `Removing ${pluralize(plan.steps.length, 'object')}`,
    () => removeAll(context, plan.steps, self, isEnough),
  );
  return {
    removals,
    buildCache: await pruneCache(context, isEnough),
    anonymousVolumes: await findAnonymousVolumes(context, plan.steps, removals),
  };
}

/** A wrong selector must not empty the daemon. */
function refuseTooMany(count: number, maxDeletions: number): void {
  if (count <= maxDeletions) return;
  throw new InputError([
    {
      where: 'max-deletions',
      given: String(maxDeletions),
      problem: `is less than the ${pluralize(count, 'object')} to remove, so nothing was removed`,
      remedy: 'Check the objects with mode: plan. Then correct labels, or raise max-deletions.',
    },
  ]);
}

/** With `disk-threshold`: removal starts above the first percentage and stops at the second. */
function createDiskCheck({ inputs, readDiskUsage }: Context): IsEnough | undefined {
  const { diskThreshold } = inputs;
  if (!diskThreshold || !readDiskUsage) return undefined;
  let limit = diskThreshold.start;
  return async () => {
    const usage = await readDiskUsage();
    if (usage <= limit) return `disk usage is ${formatPercent(usage)}`;
    limit = diskThreshold.stop;
    return undefined;
  };
}

/** Removes objects in parallel, each after all of its users; with a disk check, one after the other. */
async function removeAll(
  { docker, action, inputs, policy, concurrency }: Context,
  steps: readonly Step[],
  self: Inventory['self'],
  isEnough: IsEnough | undefined,
): Promise<ReadonlyMap<string, RemovalResult>> {
  const shared = slots(concurrency);
  // Networks take longest, and have slots of their own to not queue behind unrelated removals.
  const slotsByKind = {
    container: shared,
    image: shared,
    network: slots(concurrency),
    volume: shared,
  } satisfies Record<Kind, Slots>;
  const removers = createRemovers(docker);
  const objects = new Map(steps.map(({ object }) => [getKey(object), object]));
  const results = new Map<string, Promise<RemovalResult>>();

  const remove = async (step: Step): Promise<RemovalResult> => {
    for (const key of step.after) {
      const kind = (await results.get(key))?.kind;
      if (kind !== 'removed' && kind !== 'gone') {
        const user = objects.get(key);
        return { kind: 'in-use', reason: user ? `${user.kind} ${user.name}` : key };
      }
    }
    return slotsByKind[step.object.kind].take(async () => {
      if (action.signal.aborted) return { kind: 'failed', reason: describeStop(action.signal) };
      try {
        const reason = await isEnough?.();
        if (reason !== undefined) return { kind: 'skipped', reason };
      } catch (error) {
        return { kind: 'failed', reason: describeError(error) };
      }
      const result = await removeObject(step, {
        removers,
        policy,
        self,
        now: () => docker.now(),
        clock: action.clock,
        signal: action.signal,
        retries: inputs.retries,
      });
      action.log.info(`${result.kind} ${step.object.kind} ${step.object.name}`);
      return result;
    });
  };

  // Steps are sorted: the users of an object have been started before it.
  for (const step of steps) {
    const result = remove(step);
    results.set(getKey(step.object), result);
    if (isEnough) await result;
  }
  return new Map(
    await Promise.all([...results].map(async ([key, result]) => [key, await result] as const)),
  );
}

/** A failure is part of the result: the removals before it still have to be reported. */
async function pruneCache(
  { docker, inputs, action: { signal } }: Context,
  isEnough: IsEnough | undefined,
): Promise<BuildCacheResult> {
  const { resources, buildCacheOlderThan } = inputs;
  if (!resources.has('build-cache') || buildCacheOlderThan === undefined || signal.aborted) {
    return { reclaimedBytes: 0 };
  }
  try {
    if ((await isEnough?.()) !== undefined) return { reclaimedBytes: 0 };
    return { reclaimedBytes: await pruneBuildCache(docker, buildCacheOlderThan) };
  } catch (error) {
    const problem = signal.aborted ? describeStop(signal) : describeError(error);
    return {
      reclaimedBytes: 0,
      problem,
      ...(error instanceof ActionError && { remedy: error.remedy }),
    };
  }
}

/** Volumes that the daemon removed together with their containers. */
async function findAnonymousVolumes(
  { docker, action: { signal } }: Context,
  steps: readonly Step[],
  removals: ReadonlyMap<string, RemovalResult>,
): Promise<ReadonlyMap<string, string>> {
  const candidates = new Map<string, string>();
  for (const { object, withVolumes } of steps) {
    if (!withVolumes || removals.get(getKey(object))?.kind !== 'removed') continue;
    for (const volume of object.volumes) {
      if (removals.get(`volume ${volume}`)?.kind !== 'removed') candidates.set(volume, object.name);
    }
  }
  if (candidates.size === 0 || signal.aborted) return new Map();
  // Without a list they are not reported; the next run finds those that are left.
  const volumes = await listVolumes(docker).catch(() => undefined);
  if (volumes === undefined) return new Map();
  const left = new Set(volumes.map(({ name }) => name));
  return new Map([...candidates].filter(([volume]) => !left.has(volume)));
}
