import { median } from '@repo/statistics/median';
import { PARTS, type Part, startGitHubEnvironment } from '../e2e/rollback/github-environment.ts';
import type { Benchmark, Table } from './benchmark.ts';

const ROUNDS = 9;

export const benchmark: Benchmark = {
  title: 'deploy-rollback: from detection to the verified restore, on GitHub',
  method: `The bundle rolls back a bad release on a local GitHub whose workflows and Pages finish at once, so only the time of the action is measured. "Recovered" is the output time-to-recover-ms (from the start of the rollback to the verified restore). "Whole step" includes the start of the process, the lock and the record. Medians and maximum of ${ROUNDS} runs.`,
  run: measure,
};

async function measure(): Promise<Table> {
  const rows: string[][] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    const runs = [];
    for (let round = 0; round < ROUNDS; round++) runs.push(await rollBack(part));
    const recovered = runs.map(({ recoveredMs }) => recoveredMs);
    const total = runs.map(({ totalMs }) => totalMs);
    rows.push([
      name,
      String(runs[0]?.calls),
      median(recovered).toFixed(0),
      Math.max(...recovered).toFixed(0),
      median(total).toFixed(0),
    ]);
  }
  return {
    columns: ['Strategy', 'API calls', 'Recovered, ms', 'Maximum, ms', 'Whole step, ms'],
    rows,
  };
}

async function rollBack(part: Part) {
  await using environment = await startGitHubEnvironment(part);
  environment.recordDeploys();
  part.deploy(environment, environment.good);
  part.deploy(environment, environment.bad);
  // The first query loads the schema of the local GitHub, which is not part of the measured time.
  await using check = await environment.run({ mode: 'check' });
  const callsBefore = environment.github.calls.length;
  const start = performance.now();
  await using rollback = await environment.run({});
  const totalMs = performance.now() - start;
  if (check.exitCode !== 0 || rollback.outputs.result !== 'rolled-back')
    throw new Error(rollback.log);
  return {
    calls: environment.github.calls.length - callsBefore,
    recoveredMs: Number(rollback.outputs['time-to-recover-ms']),
    totalMs,
  };
}
