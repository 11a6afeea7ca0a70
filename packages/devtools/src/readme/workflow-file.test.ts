import { expect, test } from 'vitest';
import { readWorkflow } from './workflow-file.ts';
import { renderReference, renderTriggers } from './workflow-tables.ts';

const CALLED = readWorkflow(
  '.github/workflows/sweep.yml',
  `
name: Sweep
on:
  workflow_call:
    inputs:
      labels: { description: What goes., required: true, type: string }
      age: { description: How old., default: 2h, type: string }
      minutes: { description: How long., default: 30, type: number }
    secrets: { notify: { description: Where to tell. } }
    outputs: { verdict: { description: How it went., value: x } }
permissions: {}
jobs:
  plan: { runs-on: x, timeout-minutes: 10, permissions: { contents: read }, steps: [] }
  sweep:
    needs: plan
    timeout-minutes: ${'${{ inputs.minutes }}'}
    permissions: { contents: write, issues: write }
    steps: [{ uses: $/docker-label-cleanup }, { uses: actions/checkout@abc }]
  watch: { needs: [plan], timeout-minutes: 5, permissions: { contents: read }, steps: [] }
`,
);

test('combines permissions and computes the longest path through the jobs', () => {
  expect(CALLED).toMatchObject({
    permissions: ['contents: write', 'issues: write'],
    maxMinutes: 40,
    uses: ['docker-label-cleanup'],
    triggers: ['workflow_call'],
  });
});

test('renders permissions, inputs, secrets and outputs in the reference', () => {
  expect(renderReference([CALLED])).toBe(`### sweep.yml

Requires \`contents: write\`, \`issues: write\`.

| Input | Description | Default |
| --- | --- | --- |
| \`labels\` | What goes. | **required** |
| \`age\` | How old. | \`2h\` |
| \`minutes\` | How long. | \`30\` |

| Secret | Description |
| --- | --- |
| \`notify\` | Where to tell. |

| Output | Description |
| --- | --- |
| \`verdict\` | How it went. |`);
});

test('renders each trigger', () => {
  const file = readWorkflow(
    'a.yml',
    `
on:
  push: { branches: [main, live] }
  schedule: [{ cron: 37 * * * * }, { cron: 0 3 * * 1 }]
  workflow_run: { workflows: [Perf], types: [completed] }
  workflow_dispatch:
jobs: { a: { uses: org/actions/.github/workflows/health-monitor.yml@v1 } }
`,
  );
  expect(renderTriggers([file], '../')).toContain(
    '| [a.yml](../a.yml) | `push: main, live`<br>`schedule: 37 * * * *`<br>`schedule: 0 3 * * 1`<br>`workflow_run: Perf`<br>`workflow_dispatch` | `health-monitor.yml` | that of the called workflow |',
  );
});

test.each([
  ['on: push', ['push']],
  ['on: [push, pull_request]', ['push', 'pull_request']],
])('reads the triggers of %s', (on, triggers) => {
  const text = `${on}\njobs: { a: { runs-on: x, timeout-minutes: 5, steps: [] } }`;
  expect(readWorkflow('a.yml', text)).toMatchObject({ triggers, maxMinutes: 5, call: undefined });
});
