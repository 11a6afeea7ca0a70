import { expect, test } from 'vitest';
import { readWorkflow } from './workflow-file.ts';
import { callReference, triggerMatrix } from './workflow-tables.ts';

const CALLED = readWorkflow(
  '.github/workflows/sweep.yml',
  `
name: Sweep
on:
  workflow_call:
    inputs:
      labels: { description: What goes., required: true, type: string }
      age: { description: How old., default: 2h, type: string }
    secrets: { notify: { description: Where to tell. } }
    outputs: { verdict: { description: How it went., value: x } }
permissions: {}
jobs:
  plan: { runs-on: x, timeout-minutes: 10, permissions: { contents: read }, steps: [] }
  sweep:
    needs: plan
    timeout-minutes: 30
    permissions: { contents: write, issues: write }
    steps: [{ uses: $/docker-label-cleanup }, { uses: actions/checkout@abc }]
  watch: { needs: [plan], timeout-minutes: 5, permissions: { contents: read }, steps: [] }
`,
);

test('what its jobs ask for is added up, and the longest way through them', () => {
  expect(CALLED).toMatchObject({
    permissions: ['contents: write', 'issues: write'],
    limit: 40,
    ours: ['docker-label-cleanup'],
    triggers: ['workflow_call'],
  });
});

test('the reference has what it takes, needs and gives', () => {
  expect(callReference([CALLED])).toBe(`### sweep.yml

Needs \`contents: write\`, \`issues: write\`.

| Input | Description | Default |
| --- | --- | --- |
| \`labels\` | What goes. | **required** |
| \`age\` | How old. | \`2h\` |

| Secret | Description |
| --- | --- |
| \`notify\` | Where to tell. |

| Output | Description |
| --- | --- |
| \`verdict\` | How it went. |`);
});

test('the matrix names each trigger', () => {
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
  expect(triggerMatrix([file], '../')).toContain(
    '| [a.yml](../a.yml) | `push: main, live`<br>`schedule: 37 * * * *`<br>`schedule: 0 3 * * 1`<br>`workflow_run: Perf`<br>`workflow_dispatch` | `health-monitor.yml` | as its parts |',
  );
});

test.each([
  ['on: push', ['push']],
  ['on: [push, pull_request]', ['push', 'pull_request']],
])('%s', (on, triggers) => {
  const text = `${on}\njobs: { a: { runs-on: x, timeout-minutes: 5, steps: [] } }`;
  expect(readWorkflow('a.yml', text)).toMatchObject({ triggers, limit: 5, call: undefined });
});
