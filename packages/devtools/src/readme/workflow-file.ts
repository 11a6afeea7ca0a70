import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The parts of a workflow file that the documentation shows. */
export interface WorkflowFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly name: string;
  /** `push: main`, `schedule: 37 * * * *`, … */
  readonly triggers: readonly string[];
  /** The interface of a reusable workflow; otherwise `undefined`. */
  readonly call: Call | undefined;
  /** The combined permissions of its jobs: `contents: read`. */
  readonly permissions: readonly string[];
  /** The sum of timeouts on the longest path through its jobs; `undefined` if a job has none. */
  readonly maxMinutes: number | undefined;
  /** The actions and workflows of this repository that it uses. */
  readonly uses: readonly string[];
}

/** The interface of a reusable workflow. */
export interface Call {
  readonly inputs: readonly Field[];
  readonly secrets: readonly Field[];
  readonly outputs: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  /** A number, or the default of an input: `${{ inputs.timeout-minutes }}`. */
  readonly 'timeout-minutes'?: number | string;
  readonly uses?: string;
  readonly steps?: readonly { readonly uses?: string }[];
}

/** Reads every workflow below `folder/.github/workflows`, sorted by name. */
export async function readWorkflows(root: string, folder = ''): Promise<readonly WorkflowFile[]> {
  const below = join(folder, '.github/workflows');
  const names = await readdir(join(root, below)).catch(() => []);
  return Promise.all(
    names
      .filter((name) => name.endsWith('.yml'))
      .toSorted()
      .map(async (name) => {
        const path = `${below}/${name}`.replaceAll('\\', '/');
        return readWorkflow(path, await readFile(join(root, path), 'utf8'));
      }),
  );
}

/** @param text the contents of a valid workflow file */
export function readWorkflow(path: string, text: string): WorkflowFile {
  const { name, on, jobs } = parse(text) as {
    readonly name?: string;
    readonly on: string | readonly string[] | Readonly<Record<string, unknown>>;
    readonly jobs: Readonly<Record<string, Job>>;
  };
  const events = readEvents(on);
  const call = 'workflow_call' in events ? readCall(events.workflow_call) : undefined;
  return {
    path,
    name: name ?? path,
    triggers: Object.entries(events).flatMap(formatTriggers),
    call,
    permissions: combinePermissions(Object.values(jobs)),
    maxMinutes: computeMaxMinutes(jobs, call?.inputs ?? []),
    uses: readUses(Object.values(jobs)),
  };
}

function readEvents(on: string | readonly string[] | object): Readonly<Record<string, unknown>> {
  if (typeof on === 'string') return { [on]: undefined };
  if (Array.isArray(on)) return Object.fromEntries(on.map((event) => [event, undefined]));
  return { ...on };
}

function formatTriggers([event, settings]: readonly [string, unknown]): readonly string[] {
  if (event === 'schedule') {
    return (settings as readonly { readonly cron: string }[]).map(
      ({ cron }) => `schedule: ${cron}`,
    );
  }
  const { branches, tags, workflows, types } = (settings ?? {}) as Readonly<
    Record<string, readonly string[] | undefined>
  >;
  const only = branches ?? tags ?? workflows ?? types;
  return [only === undefined ? event : `${event}: ${only.join(', ')}`];
}

function readCall(settings: unknown): Call {
  const { inputs, secrets, outputs } = (settings ?? {}) as Readonly<
    Record<string, object | undefined>
  >;
  return { inputs: readFields(inputs), secrets: readFields(secrets), outputs: readFields(outputs) };
}

function readFields(fields: object = {}): readonly Field[] {
  return Object.entries(fields).map(
    ([name, { description = '', required, default: given = '' }]) => ({
      name,
      description,
      required: required === true,
      default: String(given),
    }),
  );
}

function combinePermissions(jobs: readonly Job[]): readonly string[] {
  const levels = new Map<string, string>();
  for (const [scope, level] of jobs.flatMap((job) => Object.entries(job.permissions ?? {}))) {
    if (levels.get(scope) !== 'write') levels.set(scope, level);
  }
  return [...levels].map(([scope, level]) => `${scope}: ${level}`).toSorted();
}

function computeMaxMinutes(
  jobs: Readonly<Record<string, Job>>,
  inputs: readonly Field[],
): number | undefined {
  const toMinutes = (timeout: number | string = '') => {
    const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(String(timeout))?.[1];
    return Number(inputs.find((input) => input.name === name)?.default ?? timeout) || Number.NaN;
  };
  const until = (id: string): number => {
    const { needs = [], 'timeout-minutes': own } = jobs[id] ?? {};
    return toMinutes(own) + Math.max(0, ...[needs].flat().map(until));
  };
  const longest = Math.max(...Object.keys(jobs).map(until));
  return Number.isNaN(longest) ? undefined : longest;
}

function readUses(jobs: readonly Job[]): readonly string[] {
  const uses = jobs.flatMap(({ uses: own, steps = [] }) => [
    own,
    ...steps.map((step) => step.uses),
  ]);
  const names = uses.flatMap((one) => /^(?:\$|org\/actions)\/([^@]+)/.exec(one ?? '')?.[1] ?? []);
  return [...new Set(names.map((one) => one.replace('.github/workflows/', '')))];
}
