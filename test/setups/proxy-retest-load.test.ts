import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { hostedRunners, type Job } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { pem, record } from '../e2e/proxy/testbed.ts';
import { cell, isRootOnLinux, knownDefect } from './cell.ts';
import { retest, type Site, startSite } from './proxy/site.ts';

const MANY = 100_000;
const SOME = 30_000;
const FEW = 1_000;

/** A list of endpoints that were tested just now, and one that failed. */
function makeList(count: number, failed: string): string {
  const now = new Date().toISOString();
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify(
      record(`http://user${index}:password@198.51.100.${index % 250}:8080`, { tested_at: now }),
    ),
  );
  return `[\n${[...lines, JSON.stringify(record(failed, { is_working: false }))].join(',\n')}\n]\n`;
}

/** Writes a list into the workspace and tests its failed endpoint. */
async function retestFailed(site: Site, job: Job, count: number) {
  const before = makeList(count, site.links[0]);
  await writeFile(join(job.workspace, 'proxies.json'), before);
  const inputs = { commit: 'false', select: 'failed' };
  const result = await retest(site, job, inputs, { measure: true });
  const after = await readFile(join(job.workspace, 'proxies.json'), 'utf8');
  return { result, before: before.split('\n'), after: after.split('\n') };
}

cell(
  'big',
  'publishes one revived endpoint of 30,000 and leaves all other lines as they are',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners();
    const job = await runners.startJob();
    const { result, before, after } = await retestFailed(site, job, SOME);
    expect(result.outputs, result.log).toMatchObject({ revived: '1', tested: '1' });
    expect(after).toHaveLength(before.length);
    const changed = after.flatMap((line, index) => (line === before[index] ? [] : [index]));
    expect(changed).toEqual([SOME + 1]);
    const text = before.slice(0, -4).join('\n');
    await writeFile(join(job.workspace, 'proxies.json'), text);
    const torn = await retest(site, job, { commit: 'false' });
    expect(torn.outcome, torn.log).toBe('failure');
    expect(await readFile(join(job.workspace, 'proxies.json'), 'utf8')).toBe(text);
  },
);

knownDefect(
  'big',
  'needs at most 0.5 KB of memory for a record',
  'about 1.2 KB of memory are used for each record',
  async () => {
    await using site = await startSite();
    await using runners = await hostedRunners();
    const job = await runners.startJob();
    const { result: few } = await retestFailed(site, job, FEW);
    const { result: many } = await retestFailed(site, job, MANY);
    const grown = (many.maxRssBytes ?? 0) - (few.maxRssBytes ?? 0);
    if (grown <= 0) return;
    expect(grown / (MANY - FEW)).toBeLessThan(512);
  },
  { possible: isRootOnLinux },
);

knownDefect(
  'no-network',
  'publishes no working endpoint as dead after the network was interrupted for 1.5 s',
  'an interruption between two checks of the targets counts against the endpoints',
  async () => {
    await using site = await startSite();
    const { port } = await site.testbed.proxy({ protocol: 'http' });
    let requests = 0;
    let downUntilMs = 0;
    // The interruption is the fault itself.
    await using target = await startHttpServer({
      tls: { pair: pem.good },
      script: (exchange) => {
        if (++requests === 100) downUntilMs = performance.now() + 1_500;
        const isDown = performance.now() < downUntilMs;
        return isDown ? exchange.reset() : respond(204)(exchange);
      },
    });
    await using runners = await hostedRunners();
    const job = await runners.startJob();
    const records = Array.from({ length: 400 }, (_, index) =>
      record(`http://u${index}:p@127.0.0.1:${port}`),
    );
    await writeFile(join(job.workspace, 'proxies.json'), JSON.stringify(records));
    const result = await retest(site, job, {
      commit: 'false',
      'per-host': '64',
      targets: `${target.url}/a\n${target.url}/b`,
    });
    if (result.outputs['stop-reason'] !== 'done') return;
    expect(result.outputs, result.log).toMatchObject({ died: '0', inconclusive: '0' });
  },
);
