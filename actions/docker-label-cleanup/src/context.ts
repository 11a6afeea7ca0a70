import { resolve } from 'node:path';
import type { ActionContext } from '@repo/core/action/context';
import { limitDebug } from '@repo/core/action/log';
import { InputError } from '@repo/core/errors/input-error';
import { connectDocker, type Docker } from '@repo/docker/client';
import type { Endpoint } from '@repo/docker/endpoint';
import { getDaemonInfo } from '@repo/docker/system';
import { createDiskUsageReader, type DiskUsageReader } from './disk-usage.ts';
import type { Inputs } from './inputs.ts';
import { type PlanFile, readPlanFile } from './plan-file.ts';
import { KINDS } from './selection/docker-object.ts';
import { runLabel } from './selection/owner.ts';
import { createProtectRules } from './selection/protect.ts';
import type { Policy } from './selection/selection.ts';
import type { LabelGroup } from './selection/selector.ts';

/** Upper bound of one request: removing a large image takes time. */
const MAX_REQUEST_MS = 120_000;

/**
 * Removals at a time if `concurrency` is not set. A remote daemon takes more requests while answers
 * are in transit; more of them make a local daemon slower (docs/benchmarks.md).
 */
const LOCAL_CONCURRENCY = 8;
const REMOTE_CONCURRENCY = 32;

/** What a clean-up works with. */
export interface Context extends Disposable {
  readonly inputs: Inputs;
  /** Its signal is aborted on cancel and after `timeout`. */
  readonly action: ActionContext;
  readonly docker: Docker;
  readonly policy: Policy;
  readonly concurrency: number;
  /** The plan file to apply. */
  readonly approvedPlan: PlanFile | undefined;
  /** Set with `disk-threshold`. */
  readonly readDiskUsage: DiskUsageReader | undefined;
}

/** @param owner labels that every removed object must have, besides those of the inputs */
export async function createContext(
  inputs: Inputs,
  action: ActionContext,
  endpoint: Endpoint,
  owner: LabelGroup,
): Promise<Context> {
  const concurrency =
    inputs.concurrency ?? (endpoint.kind === 'socket' ? LOCAL_CONCURRENCY : REMOTE_CONCURRENCY);
  const docker = await connectDocker(endpoint, {
    timeoutMs: Math.min(inputs.timeout, MAX_REQUEST_MS),
    signal: action.signal,
    connections: 2 * concurrency,
    debug: limitDebug(action.log.debug, 'requests to the daemon'),
  });
  try {
    const approvedPlan =
      inputs.mode === 'apply' && inputs.planFile !== ''
        ? await readApprovedPlan(inputs.planFile, action.workspace, docker)
        : undefined;
    const runOwner = inputs.owner === 'run' ? [runLabel(action.run)] : [];
    return {
      inputs,
      action,
      docker,
      policy: createPolicy(inputs, [...owner, ...runOwner], approvedPlan),
      concurrency,
      approvedPlan,
      readDiskUsage: inputs.diskThreshold && (await createDiskUsageReader(docker)),
      [Symbol.dispose]: () => docker[Symbol.dispose](),
    };
  } catch (error) {
    docker[Symbol.dispose]();
    throw error;
  }
}

function createPolicy(
  inputs: Inputs,
  owner: LabelGroup,
  approvedPlan: PlanFile | undefined,
): Policy {
  return {
    selector: inputs.labels,
    owner,
    tags: inputs.tags,
    protect: createProtectRules(inputs.protect),
    labelSource: inputs.labelSource,
    kinds: new Set(KINDS.filter((kind) => inputs.resources.has(`${kind}s`))),
    running: inputs.running,
    minAgeMs: inputs.minAge,
    keepLast: inputs.keepLast,
    anonymousVolumes: inputs.anonymousVolumes,
    oldestFirst: inputs.diskThreshold !== undefined,
    ...(approvedPlan && { approved: approvedPlan.approved }),
  };
}

async function readApprovedPlan(
  given: string,
  workspace: string,
  docker: Docker,
): Promise<PlanFile> {
  const file = await readPlanFile(resolve(workspace, given), given);
  const { id, name } = await getDaemonInfo(docker);
  if (file.daemon === id) return file;
  throw new InputError([
    {
      where: 'plan-file',
      given,
      problem: `is a plan for another daemon, not for ${name}`,
      remedy: 'Create a plan on this daemon, or correct host or context.',
    },
  ]);
}
