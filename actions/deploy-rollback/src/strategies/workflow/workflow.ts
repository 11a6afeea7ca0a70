import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { defaultBranch } from '@repo/github/default-branch';
import { readCommit } from '@repo/github/git/commits';
import type { GitHub } from '@repo/github/github';
import { RERUN_WITHIN, rerunWorkflow } from '@repo/github/workflows/rerun';
import { readWorkflow } from '@repo/github/workflows/workflow';
import * as v from 'valibot';
import type { Applied, Preflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { dispatchedRun } from './dispatched-run.ts';
import { goodRun } from './good-run.ts';
import { watchedRun } from './watched-run.ts';

/** As many inputs as GitHub takes. */
const MOST_INPUTS = 25;
const PLACEHOLDER = /\{(revision|bad-release|rollback-id)\}/g;

const file = v.pipe(
  v.string(),
  v.regex(/^[\w.-]+\.ya?ml$/, 'is no file of a workflow\nWrite the name alone: deploy.yml.'),
);
const timeout = v.optional(field(duration({ min: 1_000 })), '15m');
const text = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const options = v.union(
  [
    v.strictObject({ file, rerun: v.literal(true), timeout }),
    v.strictObject({
      file,
      ref: v.optional(v.pipe(v.string(), v.regex(/^[^-\s]\S*$/))),
      inputs: v.pipe(
        v.record(v.string(), text),
        v.check((inputs) => Object.keys(inputs).length <= MOST_INPUTS),
        v.check((inputs) => Object.values(inputs).some((value) => value.includes('{revision}'))),
      ),
      timeout,
    }),
  ],
  "knows file, ref, inputs and timeout, or file, rerun: true and timeout\nOne of the inputs has to say what to deploy: inputs: {sha: '{revision}'}.",
);

type WorkflowOptions = v.InferOutput<typeof options>;
type Dispatch = Extract<WorkflowOptions, { inputs: unknown }>;
type Rerun = Exclude<WorkflowOptions, Dispatch>;

/** The workflow that deploys does it again: started with the good SHA, or the good run once more. */
export const workflow = strategyModule<WorkflowOptions>({
  name: 'workflow',
  options,
  create: (given) => ('inputs' in given ? dispatching(given) : rerunning(given)),
});

function dispatching({ file, ref, inputs, timeout }: Dispatch): Strategy {
  return {
    name: 'workflow',
    title: `workflow ${file}`,
    preflight: async (target, { github: connect }) => {
      const github = await connect();
      const problem = await workflowProblem(github, file);
      if (problem !== undefined) return problem;
      const { revision } = target;
      if (revision === '' || (await readCommit(github, revision)) === undefined) {
        return noCommit(revision);
      }
      const what = Object.entries(filledIn(inputs, target))
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ');
      return { kind: 'ready', step: `starts ${file} with ${what}`, warnings: [] };
    },
    apply: async (target, ports): Promise<Applied> => {
      const github = await ports.github();
      const run = await dispatchedRun(
        github,
        {
          file,
          ref: ref ?? (await defaultBranch(github)),
          inputs: filledIn(inputs, target),
        },
        target,
        ports,
      );
      if (run === undefined) {
        throw new ActionError(`${file} was started, but which run that is cannot be told`, {
          remedy: `Give the workflow a run-name with the id of the rollback in it, from an input: inputs: {rollback: '{rollback-id}'}.`,
        });
      }
      await watchedRun(github, { ...run, attempt: 1 }, timeout, ports);
      return { done: `${file} has deployed ${target.revision.slice(0, 7)} (run ${run.id})` };
    },
  };
}

function rerunning({ file, timeout }: Rerun): Strategy {
  return {
    name: 'workflow',
    title: `workflow ${file} again`,
    preflight: async ({ revision }, { github: connect }) => {
      const github = await connect();
      const problem = await workflowProblem(github, file);
      if (problem !== undefined) return problem;
      const run = await goodRun(github, file, revision);
      if (run === undefined) return noRun(file, revision);
      if (github.now() - run.createdAt > RERUN_WITHIN) {
        return {
          kind: 'impossible',
          problem: `run ${run.id} of ${file} is more than 30 days old, and GitHub does not run it again`,
          remedy: 'Let the workflow take the SHA as an input, and give inputs instead of rerun.',
        };
      }
      return {
        kind: 'ready',
        step: `runs ${file} of ${revision.slice(0, 7)} again (run ${run.id})`,
        warnings: [],
      };
    },
    apply: async ({ revision }, ports): Promise<Applied> => {
      const github = await ports.github();
      const run = await goodRun(github, file, revision);
      if (run === undefined) throw refused(noRun(file, revision));
      // One that goes on already was started before a kill.
      const isOver = run.status === 'completed';
      if (isOver) await rerunWorkflow(github, run.id);
      const attempt = run.attempt + (isOver ? 1 : 0);
      await watchedRun(github, { ...run, attempt }, timeout, ports);
      return { done: `${file} has deployed ${revision.slice(0, 7)} again (run ${run.id})` };
    },
  };
}

type Impossible = Extract<Preflight, { kind: 'impossible' }>;

async function workflowProblem(github: GitHub, name: string): Promise<Impossible | undefined> {
  const found = await readWorkflow(github, name);
  if (found === undefined) {
    return {
      kind: 'impossible',
      problem: `there is no workflow ${name}`,
      remedy: 'Name the file of one that is on the default branch.',
    };
  }
  return found.isActive
    ? undefined
    : {
        kind: 'impossible',
        problem: `the workflow ${name} is switched off`,
        remedy: `Switch it on: gh workflow enable ${name}`,
      };
}

function noCommit(revision: string): Impossible {
  return {
    kind: 'impossible',
    problem: `the repository does not have the commit ${revision || 'that ran before'} (any more)`,
    remedy: 'Roll back to one that is still part of a branch or a tag.',
  };
}

function noRun(name: string, revision: string): Impossible {
  return {
    kind: 'impossible',
    problem: `no run of ${name} has succeeded on ${revision || 'what ran before'}`,
    remedy: 'Let the workflow take the SHA as an input, and give inputs instead of rerun.',
  };
}

function refused({ problem, remedy }: Impossible): ActionError {
  return new ActionError(problem, { remedy });
}

function filledIn(
  inputs: Readonly<Record<string, string>>,
  { revision, badRelease, rollbackId }: Target,
): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, string>> = {
    revision,
    'bad-release': badRelease,
    'rollback-id': rollbackId,
  };
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      value.replace(PLACEHOLDER, (_, key: string) => values[key] ?? ''),
    ]),
  );
}
