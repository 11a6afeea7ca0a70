import { field } from '@repo/core/config/field';
import { ActionError } from '@repo/core/errors/action-error';
import { duration } from '@repo/core/inputs/duration';
import { defaultBranch } from '@repo/github/default-branch';
import { readCommit } from '@repo/github/git/commits';
import type { GitHub } from '@repo/github/github';
import { RERUN_WITHIN, rerunWorkflow } from '@repo/github/workflows/rerun';
import { readWorkflow } from '@repo/github/workflows/workflow';
import * as v from 'valibot';
import type { Applied, ImpossiblePreflight, Strategy, Target } from '../strategy.ts';
import { strategyModule } from '../strategy-module.ts';
import { dispatchOnce } from './dispatch-once.ts';
import { findSuccessfulRun } from './successful-run.ts';
import { waitForSuccess } from './wait-for-success.ts';

/** The limit of GitHub. */
const MAX_INPUTS = 25;
const PLACEHOLDER = /\{(revision|bad-release|rollback-id)\}/g;

const file = v.pipe(
  v.string(),
  v.regex(/^[\w.-]+\.ya?ml$/, 'is not a valid workflow file\nUse the file name: deploy.yml.'),
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
        v.check((inputs) => Object.keys(inputs).length <= MAX_INPUTS),
        v.check((inputs) => Object.values(inputs).some((value) => value.includes('{revision}'))),
      ),
      timeout,
    }),
  ],
  "supports file, ref, inputs and timeout, or file, rerun: true and timeout\nOne of the inputs must contain {revision}: inputs: {sha: '{revision}'}.",
);

type WorkflowOptions = v.InferOutput<typeof options>;
type Dispatch = Extract<WorkflowOptions, { inputs: unknown }>;
type Rerun = Exclude<WorkflowOptions, Dispatch>;

/** Deploys the good release with its workflow: starts it with the SHA, or runs the good run again. */
export const workflow = strategyModule<WorkflowOptions>({
  name: 'workflow',
  options,
  create: (given) => ('inputs' in given ? createDispatch(given) : createRerun(given)),
});

function createDispatch({ file, ref, inputs, timeout }: Dispatch): Strategy {
  return {
    name: 'workflow',
    title: `workflow ${file}`,
    preflight: async (target, { github: connect }) => {
      const github = await connect();
      const problem = await findWorkflowProblem(github, file);
      if (problem !== undefined) return problem;
      const { revision } = target;
      if (revision === '' || (await readCommit(github, revision)) === undefined) {
        return createMissingCommit(revision);
      }
      const values = Object.entries(fillInputs(inputs, target))
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ');
      return { kind: 'ready', step: `starts ${file} with ${values}`, warnings: [] };
    },
    apply: async (target, ports): Promise<Applied> => {
      const github = await ports.github();
      const run = await dispatchOnce(
        github,
        {
          file,
          ref: ref ?? (await defaultBranch(github)),
          inputs: fillInputs(inputs, target),
        },
        target,
        ports,
      );
      if (run === undefined) {
        throw new ActionError(`${file} was started, but its run cannot be identified`, {
          remedy: `Add the rollback id to the run-name of the workflow, with an input: inputs: {rollback: '{rollback-id}'}.`,
        });
      }
      await waitForSuccess(github, { ...run, attempt: 1 }, timeout, ports);
      return { done: `${file} has deployed ${target.revision.slice(0, 7)} (run ${run.id})` };
    },
  };
}

function createRerun({ file, timeout }: Rerun): Strategy {
  return {
    name: 'workflow',
    title: `workflow ${file} again`,
    preflight: async ({ revision }, { github: connect }) => {
      const github = await connect();
      const problem = await findWorkflowProblem(github, file);
      if (problem !== undefined) return problem;
      const run = await findSuccessfulRun(github, file, revision);
      if (run === undefined) return createMissingRun(file, revision);
      if (github.now() - run.createdAt > RERUN_WITHIN) {
        return {
          kind: 'impossible',
          problem: `run ${run.id} of ${file} is more than 30 days old, so GitHub cannot run it again`,
          remedy: 'Add an input for the SHA to the workflow, and use inputs instead of rerun.',
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
      const run = await findSuccessfulRun(github, file, revision);
      if (run === undefined) throw toError(createMissingRun(file, revision));
      // A run in progress was started before a kill.
      const isCompleted = run.status === 'completed';
      if (isCompleted) await rerunWorkflow(github, run.id);
      const attempt = run.attempt + (isCompleted ? 1 : 0);
      await waitForSuccess(github, { ...run, attempt }, timeout, ports);
      return { done: `${file} has deployed ${revision.slice(0, 7)} again (run ${run.id})` };
    },
  };
}

async function findWorkflowProblem(
  github: GitHub,
  name: string,
): Promise<ImpossiblePreflight | undefined> {
  const found = await readWorkflow(github, name);
  if (found === undefined) {
    return {
      kind: 'impossible',
      problem: `the workflow ${name} does not exist`,
      remedy: 'Set file to a workflow file of the default branch.',
    };
  }
  return found.isActive
    ? undefined
    : {
        kind: 'impossible',
        problem: `the workflow ${name} is disabled`,
        remedy: `Enable it: gh workflow enable ${name}`,
      };
}

function createMissingCommit(revision: string): ImpossiblePreflight {
  return {
    kind: 'impossible',
    problem: `the repository does not contain the commit ${revision || 'of the release before the first record'}`,
    remedy: 'Roll back to a commit that is part of a branch or a tag.',
  };
}

function createMissingRun(name: string, revision: string): ImpossiblePreflight {
  return {
    kind: 'impossible',
    problem: `no run of ${name} has succeeded for ${revision || 'the release before the first record'}`,
    remedy: 'Add an input for the SHA to the workflow, and use inputs instead of rerun.',
  };
}

function toError({ problem, remedy }: ImpossiblePreflight): ActionError {
  return new ActionError(problem, { remedy });
}

function fillInputs(
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
