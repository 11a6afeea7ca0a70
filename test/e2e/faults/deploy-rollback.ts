import { createWorkspace, LONG, type Scenario, type ScenarioRun } from './scenario.ts';

/** Settings with a local ledger in the workspace. */
const LOCAL = { environment: 'test', ledger: 'local', 'state-dir': 'state' };
const SHA = 'a'.repeat(40);

const createSnapshot = (
  files: Readonly<Record<string, string>>,
  strategies: readonly string[],
): Promise<ScenarioRun> =>
  createWorkspace(files, {
    ...LOCAL,
    mode: 'snapshot',
    'bad-release': SHA,
    strategies: strategies.map((one) => `- ${one}`).join('\n'),
  });

export const scenario: Scenario = {
  passing: () => createSnapshot({ '.env': 'LEVEL=good\n' }, ['files: {paths: [.env]}']),
  endless: async () => ({
    ...(await createSnapshot({}, [
      `command: {name: slow, capture: ['${process.execPath}', -e, 'setInterval(() => {}, 1000)'], apply: ['true'], timeout: 10m}`,
    ])),
    startedLine: /^Saving command/,
  }),
  oversized: () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `${index}-${LONG}`);
    return createSnapshot(
      Object.fromEntries(names.map((name) => [name, name])),
      names.map((name) => `files: {paths: [${name}]}`),
    );
  },
  withoutNetwork: { exitCode: 0, verdict: 'pass', message: /snapshot/ },
};
