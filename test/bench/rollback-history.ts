import { systemClock } from '@repo/core/process/clock';
import { connectGitHub } from '@repo/github/connect';
import { deploymentHistory } from '@repo/github/deployments/history';
import type { GitHub } from '@repo/github/github';
import { median } from '@repo/statistics/median';
import { type LocalGitHub, startLocalGitHub } from '@repo/testkit/github/local-github';
import type { Benchmark, Table } from './benchmark.ts';

const DEPLOYMENTS = 20;
const LATENCY_MS = 100;
const ROUNDS = 9;
const ENVIRONMENT = 'production';

export const benchmark: Benchmark = {
  title: 'deploy-rollback: read the history of an environment',
  method: `The latest ${DEPLOYMENTS} deployments with their statuses, from a local GitHub with a latency of ${LATENCY_MS} ms per response; medians of ${ROUNDS} rounds in turns. With REST, the list takes one call, and the statuses of each deployment one more.`,
  run: measure,
};

interface Method {
  readonly name: string;
  /** Number of deployments that succeeded; all methods must return the same. */
  readonly read: (github: GitHub) => Promise<number>;
}

const METHODS: readonly Method[] = [
  {
    name: 'deploy-rollback (one GraphQL query)',
    read: async (github) => {
      const { deployments } = await deploymentHistory(github, ENVIRONMENT, DEPLOYMENTS);
      return deployments.filter(({ statuses }) => statuses.some(isSuccess)).length;
    },
  },
  {
    name: 'REST, 1 + N calls in parallel',
    read: async (github) => {
      const all = await Promise.all(
        (await listDeployments(github)).map((id) => listStatuses(github, id)),
      );
      return all.filter((statuses) => statuses.some(isSuccess)).length;
    },
  },
  {
    name: 'REST, 1 + N calls in sequence',
    read: async (github) => {
      let count = 0;
      for (const id of await listDeployments(github)) {
        if ((await listStatuses(github, id)).some(isSuccess)) count++;
      }
      return count;
    },
  },
];

function isSuccess({ state }: { readonly state: string }): boolean {
  return state === 'success';
}

async function listDeployments({ rest, repository }: GitHub): Promise<readonly number[]> {
  const { data } = await rest.repos.listDeployments({
    ...repository,
    environment: ENVIRONMENT,
    per_page: DEPLOYMENTS,
  });
  return data.map(({ id }) => Number(id));
}

async function listStatuses({ rest, repository }: GitHub, id: number) {
  const { data } = await rest.repos.listDeploymentStatuses({
    ...repository,
    deployment_id: id,
  });
  return data;
}

async function measure(): Promise<Table> {
  await using local = await startLocalGitHub({ latencyMs: LATENCY_MS });
  addDeployments(local);
  const github = await connectGitHub({
    token: 'a-token',
    apiUrl: local.apiUrl,
    repository: String(local.context.repository),
    access: 'read',
    signal: new AbortController().signal,
    clock: systemClock,
    log: { debug() {} },
  });
  const times = METHODS.map(() => [] as number[]);
  const calls = METHODS.map(() => 0);
  // The first round loads the schema of the local GitHub, and is not measured.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { name, read }] of METHODS.entries()) {
      const before = local.calls.length;
      const start = performance.now();
      const good = await read(github);
      const ms = performance.now() - start;
      if (good !== DEPLOYMENTS / 2) throw new Error(`${name} found ${good}`);
      calls[index] = local.calls.length - before;
      if (round > 0) times[index]?.push(ms);
    }
  }
  const medians = times.map(median);
  const [own = Number.NaN] = medians;
  return {
    columns: ['Method', 'Calls', 'ms', 'Ratio'],
    rows: METHODS.map(({ name }, index) => {
      const ms = medians[index] ?? Number.NaN;
      return [name, String(calls[index]), ms.toFixed(0), (ms / own).toFixed(2)];
    }),
  };
}

/** Every second deployment succeeded once, and is `inactive` now. */
function addDeployments({ state, advance }: LocalGitHub): void {
  for (let count = 0; count < DEPLOYMENTS; count++) {
    const sha = count.toString(16).padStart(40, 'a');
    const made = { creator: state.user, createdAt: state.now() };
    const states = count % 2 === 0 ? ['in_progress', 'success', 'inactive'] : ['failure'];
    state.deployments.push({
      id: state.nextId(),
      ref: sha,
      sha,
      task: 'deploy',
      payload: '',
      description: '',
      environment: ENVIRONMENT,
      isTransient: false,
      isProduction: true,
      ...made,
      statuses: states.map((name) => ({
        id: state.nextId(),
        description: '',
        logUrl: '',
        environmentUrl: '',
        ...made,
        state: name as 'failure',
      })),
    });
    advance(60_000);
  }
}
