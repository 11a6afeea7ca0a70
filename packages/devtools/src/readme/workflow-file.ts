import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What a workflow file says of itself. */
export interface WorkflowFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly name: string;
  /** `push: main`, `schedule: 37 * * * *`, … */
  readonly triggers: readonly string[];
  /** What people start by hand may be given. */
  readonly call: Call | undefined;
  /** What its jobs ask for, together: `contents: read`. */
  readonly permissions: readonly string[];
  /** The longest that a way through its jobs is let run, minutes; undefined where a job names none. */
  readonly limit: number | undefined;
  /** The actions and workflows of ours that it uses. */
  readonly ours: readonly string[];
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
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly steps?: readonly { readonly uses?: string }[];
}

/** Reads every workflow below `folder/.github/workflows`, sorted by name; none where there are none. */
export async function workflowFiles(root: string, folder = ''): Promise<readonly WorkflowFile[]> {
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

/** @param text what stands in the file, which GitHub's language service has found to be well */
export function readWorkflow(path: string, text: string): WorkflowFile {
  const { name, on, jobs } = parse(text) as {
    readonly name?: string;
    readonly on: string | readonly string[] | Readonly<Record<string, unknown>>;
    readonly jobs: Readonly<Record<string, Job>>;
  };
  const events = eventsOf(on);
  return {
    path,
    name: name ?? path,
    triggers: Object.entries(events).flatMap(triggersOf),
    call: 'workflow_call' in events ? callOf(events.workflow_call) : undefined,
    permissions: permissionsOf(Object.values(jobs)),
    limit: longestWay(jobs),
    ours: oursOf(Object.values(jobs)),
  };
}

function eventsOf(on: string | readonly string[] | object): Readonly<Record<string, unknown>> {
  if (typeof on === 'string') return { [on]: undefined };
  if (Array.isArray(on)) return Object.fromEntries(on.map((event) => [event, undefined]));
  return { ...on };
}

function triggersOf([event, settings]: readonly [string, unknown]): readonly string[] {
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

function callOf(settings: unknown): Call {
  const { inputs, secrets, outputs } = (settings ?? {}) as Readonly<
    Record<string, object | undefined>
  >;
  return { inputs: fieldsOf(inputs), secrets: fieldsOf(secrets), outputs: fieldsOf(outputs) };
}

function fieldsOf(fields: object = {}): readonly Field[] {
  return Object.entries(fields).map(
    ([name, { description = '', required, default: given = '' }]) => ({
      name,
      description,
      required: required === true,
      default: String(given),
    }),
  );
}

function permissionsOf(jobs: readonly Job[]): readonly string[] {
  const most = new Map<string, string>();
  for (const [scope, level] of jobs.flatMap((job) => Object.entries(job.permissions ?? {}))) {
    if (most.get(scope) !== 'write') most.set(scope, level);
  }
  return [...most].map(([scope, level]) => `${scope}: ${level}`).toSorted();
}

function longestWay(jobs: Readonly<Record<string, Job>>): number | undefined {
  const until = (id: string): number => {
    const { needs = [], 'timeout-minutes': own = Number.NaN } = jobs[id] ?? {};
    return own + Math.max(0, ...[needs].flat().map(until));
  };
  const longest = Math.max(...Object.keys(jobs).map(until));
  return Number.isNaN(longest) ? undefined : longest;
}

function oursOf(jobs: readonly Job[]): readonly string[] {
  const uses = jobs.flatMap(({ uses: own, steps = [] }) => [
    own,
    ...steps.map((step) => step.uses),
  ]);
  const ours = uses.flatMap((one) => /^(?:\$|org\/actions)\/([^@]+)/.exec(one ?? '')?.[1] ?? []);
  return [...new Set(ours.map((one) => one.replace('.github/workflows/', '')))];
}
