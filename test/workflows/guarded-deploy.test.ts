import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { act, type Runner, startRunner } from './act.ts';
import { DEPLOY, type Machine, release, startMachine } from './guarded-machine.ts';

const workflow = (steps: string) => `
on: {push: {branches: [main]}, workflow_dispatch: {}}
permissions: {}
jobs:
  deploy:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
${steps}
`;

const COMMON = `
          strategies: |
            - files: {base: '\${{ vars.MACHINE }}', paths: [site]}
          state-dir: \${{ vars.MACHINE }}/state
          url: \${{ vars.URL }}
          deadline: 3s
          max-rollbacks: 2 per 60m
`;

const ALL = workflow(`
      - uses: org/actions/guarded-deploy@v1
        with:
          deploy-command: ./deploy.sh "$MACHINE"
${COMMON}
        env:
          MACHINE: \${{ vars.MACHINE }}
`);

const PHASES = workflow(`
      - uses: org/actions/guarded-deploy@v1
        with:
          phase: before
${COMMON}
      - run: ./deploy.sh "$MACHINE"
        env:
          MACHINE: \${{ vars.MACHINE }}
      - uses: org/actions/guarded-deploy@v1
        if: always()
        with:
          phase: after
${COMMON}
`);

describe.skipIf(act.path === undefined)(`a guarded deploy ${act.needs}`, () => {
  let machine: Machine;
  let runner: Runner;
  beforeEach(async () => {
    machine = await startMachine();
  });
  afterEach(async () => {
    await runner[Symbol.asyncDispose]();
    await machine[Symbol.asyncDispose]();
  });

  const deploy = (file: string) =>
    runner.run({
      workflow: file,
      secrets: { KEY: 'key-of-the-site' },
      variables: { MACHINE: machine.folder, URL: machine.server.url },
    });

  test('keeps a healthy release, rolls back an unhealthy one, and holds the next deploy', async () => {
    runner = await startRunner({
      '.github/workflows/deploy.yml': ALL,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    const good = await deploy('deploy.yml');
    expect(good.succeeded, good.log).toBe(true);
    expect(good.outputs).toMatchObject({ result: 'deployed' });
    expect(await machine.site()).toBe('one');

    await runner.commit(release('two', false));
    const bad = await deploy('deploy.yml');
    expect(bad.succeeded, bad.log).toBe(false);
    expect(bad.outputs.result, bad.log).toBe('rolled-back');
    expect(await machine.site()).toBe('one');
    expect(bad.log).toMatch(/## ⏪ guarded-deploy: rolled-back/);

    await runner.commit(release('three'));
    const held = await deploy('deploy.yml');
    expect(held.succeeded, held.log).toBe(false);
    expect(held.outputs.result, held.log).toBe('frozen');
    expect(await machine.site()).toBe('one');
  });

  test('rollback.yml rolls back by hand and unfreezes the environment', async () => {
    const byHand = `
on: {workflow_dispatch: {inputs: {mode: {default: rollback}}}}
permissions: {}
jobs:
  rollback:
    permissions: {contents: write, deployments: write, issues: write, actions: write}
    uses: org/actions/.github/workflows/rollback.yml@v1
    with:
      runs-on: '["self-hosted", "linux"]'
      mode: \${{ inputs.mode }}
      state-dir: \${{ vars.MACHINE }}/state
      strategies: |
        - files: {base: '\${{ vars.MACHINE }}', paths: [site]}
      verify-command: printenv SITE_KEY
    secrets:
      verify-checks: |
        - http: {url: '\${{ vars.URL }}', headers: {X-Key: '\${{ secrets.KEY }}'}}
      env: SITE_KEY=\${{ secrets.KEY }}
`;
    runner = await startRunner({
      '.github/workflows/deploy.yml': ALL,
      '.github/workflows/rollback.yml': byHand,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    const nothing = await deploy('rollback.yml');
    expect(nothing.succeeded, nothing.log).toBe(false);
    expect(nothing.outputs.result, nothing.log).toBe('no-target');
    expect(nothing.artifacts).toEqual({ 'rollback-report': ['deploy-rollback.json'] });
    expect((await deploy('deploy.yml')).succeeded).toBe(true);
    await runner.commit(release('two'));
    expect((await deploy('deploy.yml')).succeeded).toBe(true);
    expect(await machine.site()).toBe('two');

    const rolledBack = await deploy('rollback.yml');
    expect(rolledBack.succeeded, rolledBack.log).toBe(true);
    expect(rolledBack.outputs.result, rolledBack.log).toBe('rolled-back');
    expect(rolledBack.artifacts).toEqual({ 'rollback-report': ['deploy-rollback.json'] });
    expect(await machine.site()).toBe('one');
    expect(machine.server.requests.at(-1)?.headers['x-key']).toBe('key-of-the-site');
    expect(rolledBack.log).not.toContain('key-of-the-site');
    await runner.commit(release('three'));
    expect((await deploy('deploy.yml')).outputs.result).toBe('frozen');
    const unfreeze = await runner.run({
      workflow: 'rollback.yml',
      secrets: { KEY: 'key-of-the-site' },
      variables: { MACHINE: machine.folder, URL: machine.server.url },
      inputs: { mode: 'unfreeze' },
    });
    expect(unfreeze.succeeded, unfreeze.log).toBe(true);
    expect((await deploy('deploy.yml')).outputs.result).toBe('deployed');
    expect(await machine.site()).toBe('three');
  });

  test.each([
    ['an unknown phase', 'phase: All at once', 'phase must be all, before or after'],
    ['a phase in capitals', 'phase: After', 'phase must be all, before or after'],
    ['an empty command', 'deploy-command: ""', 'deploy-command is required'],
    ['an invalid check', 'checks: "- {name: a, htp: x}"', 'checks'],
    ['a missing file of checks', 'config: nowhere.yml', 'nowhere.yml'],
    ['an invalid verify-url', 'verify-url: shop.example', 'verify-url'],
    ['an invalid limit of rollbacks', 'max-rollbacks: once', 'max-rollbacks'],
    ['expect-version without url', 'url: ""\n          expect-version: two', 'expect-version'],
    ['an invalid notification target', 'notify: slack', 'notify'],
    ['a stable-for longer than the deadline', 'stable-for: 1h', 'stable-for'],
  ])('rejects %s before it changes anything', async (_, invalidLine, reported) => {
    const name = /^[a-z-]+/.exec(invalidLine)?.[0] ?? '';
    const otherLines = ALL.split('\n').filter((line) => !line.trim().startsWith(`${name}:`));
    const invalid = otherLines.join('\n').replace('with:', `with:\n          ${invalidLine}`);
    runner = await startRunner({
      '.github/workflows/deploy.yml': ALL,
      '.github/workflows/invalid.yml': invalid,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    expect((await deploy('deploy.yml')).succeeded).toBe(true);
    await runner.commit(release('two'));
    const result = await deploy('invalid.yml');
    expect(result.succeeded, result.log).toBe(false);
    expect(result.outputs.result, result.log).toBe('failed');
    expect(result.outputs.message).toMatch(/^nothing was (changed|deployed): /);
    expect(result.outputs.message).toContain(reported);
    expect(await machine.site()).toBe('one');
    // The environment is not frozen: the next valid deploy runs.
    expect((await deploy('deploy.yml')).outputs.result).toBe('deployed');
    expect(await machine.site()).toBe('two');
  });

  test('rolls back a deploy whose command failed', async () => {
    runner = await startRunner({
      '.github/workflows/deploy.yml': ALL,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    expect((await deploy('deploy.yml')).succeeded).toBe(true);
    await runner.commit({ broken: '', ...release('two') });
    const failed = await deploy('deploy.yml');
    expect(failed.succeeded, failed.log).toBe(false);
    expect(failed.outputs.result, failed.log).toBe('rolled-back');
    expect(await machine.site()).toBe('one');
  });

  test('keeps a healthy release that cannot be recorded as good', async () => {
    runner = await startRunner({
      '.github/workflows/deploy.yml': ALL,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    expect((await deploy('deploy.yml')).succeeded).toBe(true);
    // The command deletes the ledger, but not the snapshot.
    const lost = 'find "$1/state" -name ledger.jsonl -execdir rm {} + -execdir mkdir {} +\n';
    await runner.commit({ 'deploy.sh': DEPLOY + lost, ...release('two') });
    const unrecorded = await deploy('deploy.yml');
    expect(unrecorded.succeeded, unrecorded.log).toBe(false);
    expect(unrecorded.outputs.result, unrecorded.log).toBe('failed');
    expect(unrecorded.outputs.message).toMatch(
      /healthy, but not recorded as good.*Run the job again: .+/,
    );
    expect(unrecorded.steps).not.toHaveProperty('rollback');
    expect(await machine.site()).toBe('two');
  });

  test('phase: before and phase: after guard the steps between them', async () => {
    runner = await startRunner({
      '.github/workflows/deploy.yml': PHASES,
      'deploy.sh': DEPLOY,
      ...release('one'),
    });
    const good = await deploy('deploy.yml');
    expect(good.succeeded, good.log).toBe(true);
    expect(good.outputs.result).toBe('deployed');
    await runner.commit({ broken: '', ...release('two') });
    const failed = await deploy('deploy.yml');
    expect(failed.succeeded, failed.log).toBe(false);
    expect(failed.outputs.result, failed.log).toBe('rolled-back');
    expect(await machine.site()).toBe('one');

    // Frozen: no step runs between the phases, and there is nothing to roll back.
    await runner.commit(release('three'));
    const held = await deploy('deploy.yml');
    expect(held.succeeded, held.log).toBe(false);
    expect(held.log).toMatch(/production is frozen/);
    expect(held.outputs.rollback, held.log).not.toBe('rolled-back');
    expect(await machine.site()).toBe('one');
  });
});
