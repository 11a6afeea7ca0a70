import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SECRET_VARIABLES } from '@repo/core/action/secret-variables';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CALLED, type CalledWorkflow } from './called-workflows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const read = (path: string) => parse(readFileSync(path, 'utf8'));

interface Job {
  readonly 'runs-on': string;
  readonly environment?: unknown;
  readonly concurrency?: { readonly group: string; readonly queue?: string };
  readonly steps: readonly {
    readonly uses?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

/** Without the workflows that only this repository calls. */
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yml') && !name.startsWith('use-'))
  .filter((name) => read(join(folder, name)).on.workflow_call);

test('the table lists every reusable workflow', () => {
  expect(Object.keys(CALLED).toSorted()).toEqual(files.toSorted());
});

describe.each(Object.entries(CALLED))('%s', (name, called: CalledWorkflow) => {
  const { on, jobs, concurrency } = read(join(folder, name));
  const text = readFileSync(join(folder, name), 'utf8');
  const { inputs, secrets } = on.workflow_call;
  const action = read(join(root, 'actions', called.action, 'action.yml'));
  const all: readonly Job[] = Object.values(jobs);

  test('passes every input of its action, except those in the table', () => {
    const passed = all
      .flatMap(({ steps }) => steps)
      .filter(({ uses }) => uses === `$/${called.action}`)
      .flatMap((step) => Object.entries(step.with ?? {}))
      .filter(([input, value]) => new RegExp(`(inputs|secrets)\\.${input} `).test(String(value)))
      .map(([input]) => input);
    const missing = Object.keys(action.inputs).filter((input) => !passed.includes(input));
    expect(missing.toSorted()).toEqual(Object.values(called.excluded).flat().toSorted());
  });

  test('has the defaults of its action, except those in the table', () => {
    const excluded = Object.values(called.excluded).flat();
    const different = Object.keys(action.inputs).filter(
      (input) =>
        input in inputs &&
        !excluded.includes(input) &&
        inputs[input].required !== true &&
        String(inputs[input].default).trim() !== String(action.inputs[input].default).trim(),
    );
    expect(different.toSorted()).toEqual(Object.keys(called.defaults ?? {}).toSorted());
  });

  test('uses every input and every secret', () => {
    for (const input of Object.keys(inputs)) expect(text).toContain(`inputs.${input}`);
    for (const secret of Object.keys(secrets)) expect(text).toContain(`secrets.${secret}`);
  });

  test('takes the runner as a label, labels or a group, the environment and the timeout', () => {
    expect(Object.keys(inputs)).toEqual(
      expect.arrayContaining(['runs-on', 'environment', 'timeout-minutes']),
    );
    for (const job of all) {
      expect(job['runs-on']).toBe(
        "${{ (startsWith(inputs.runs-on, '[') || startsWith(inputs.runs-on, '{')) && fromJSON(inputs.runs-on) || inputs.runs-on }}",
      );
    }
    expect(all.map(({ environment }) => environment).filter(Boolean)).toEqual([
      // GitHub would add a deployment for each run, and the ledger of deploy-rollback reads them.
      { name: '${{ inputs.environment }}', deployment: false },
    ]);
  });

  test('shares no concurrency group with its caller', () => {
    // A group of the whole workflow is also the group of the calling run.
    expect(concurrency).toBeUndefined();
    const groups = all.flatMap((job) => (job.concurrency ? [job.concurrency] : []));
    expect(groups.map(({ queue = 'single' }) => queue)).toEqual(called.queues);
    // In a called workflow, github.workflow is the name of the caller, so a prefix is needed.
    const prefix = `org-actions-${name.replace('.yml', '')}-`;
    for (const { group } of groups) {
      expect(group).toMatch(/^\$\{\{ inputs\.concurrency-group \|\| format\('/);
      expect(group).toContain(`format('${prefix}{0}`);
    }
  });
});

test('all workflows set the variables of the secret env in the same way', () => {
  const steps = files
    .flatMap((name) => Object.values<Job>(read(join(folder, name)).jobs))
    .flatMap((job) => job.steps)
    .filter(({ env }) => env?.VARIABLES !== undefined);
  expect(steps).toHaveLength(3);
  expect(new Set(steps.map((step) => JSON.stringify(step))).size).toBe(1);
  expect(steps[0]?.run).toContain(`"${SECRET_VARIABLES}=`);
});
