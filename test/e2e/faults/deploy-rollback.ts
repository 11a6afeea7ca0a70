import { folderWith, LONG, type Scenario, type Use } from './scenario.ts';

/** A machine that keeps its own ledger, below the workspace. */
const LOCAL = { environment: 'test', ledger: 'local', 'state-dir': 'state' };
const SHA = 'a'.repeat(40);

const keeping = (
  files: Readonly<Record<string, string>>,
  strategies: readonly string[],
): Promise<Use> =>
  folderWith(files, {
    ...LOCAL,
    mode: 'snapshot',
    'bad-release': SHA,
    strategies: strategies.map((one) => `- ${one}`).join('\n'),
  });

export const scenario: Scenario = {
  calm: () => keeping({ '.env': 'LEVEL=good\n' }, ['files: {paths: [.env]}']),
  slow: async () => ({
    ...(await keeping({}, [
      `command: {name: slow, capture: ['${process.execPath}', -e, 'setInterval(() => {}, 1000)'], apply: ['true'], timeout: 10m}`,
    ])),
    isAtWork: /^Keeping command/,
  }),
  loud: () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `${index}-${LONG}`);
    return keeping(
      Object.fromEntries(names.map((name) => [name, name])),
      names.map((name) => `files: {paths: [${name}]}`),
    );
  },
  withoutNetwork: { exitCode: 0, verdict: 'pass', message: /Kept/ },
};
