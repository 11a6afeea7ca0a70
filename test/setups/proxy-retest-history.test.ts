import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { closedPort } from '@repo/testkit/faults/unreachable';
import { commit, git } from '@repo/testkit/git/repository';
import { hostedRunners, selfHostedRunner } from '@repo/testkit/setups/runners';
import { expect } from 'vitest';
import { listText, record } from '../e2e/proxy/testbed.ts';
import { cell, knownDefect } from './cell.ts';
import { checkOutAndRetest, type Site, startSite } from './proxy/site.ts';

/** Pushes files to main. */
function push({ repository }: Site, files: Readonly<Record<string, string>>): void {
  const clone = repository.clone();
  commit(clone, files);
  git(clone, 'push', '--quiet');
}

const VLESS = 'vless://0b4c6f4e-6d7d-4a53-9c8e-0f1f3a1d2c3b@127.0.0.1:9?security=none#a';

cell(
  'first-ever',
  'starts a history for a list that was never tested, and publishes who answers',
  async () => {
    await using site = await startSite();
    const fresh = site.links.map((config) => ({ config }));
    push(site, { 'new.json': JSON.stringify(fresh) });
    await using runners = await hostedRunners();
    const inputs = { list: 'new.json', outputs: 'txt=public/alive.txt' };
    const result = await checkOutAndRetest(site, await runners.startJob(), inputs);
    expect(result.outcome, result.log).toBe('success');
    expect(site.serve('public/alive.txt') ?? result.log).toBe(site.links[0]);
    expect(site.serve('new.json.state.ndjson')?.split('\n')).toHaveLength(2);
    const missing = await checkOutAndRetest(site, await runners.startJob(), { list: 'none.txt' });
    expect(missing.outcome, missing.log).toBe('failure');
    expect(missing.log).toContain('none.txt');
  },
);

knownDefect(
  'first-ever',
  'publishes as alive only what was tested',
  'endpoints that cannot be tested without an engine are published as alive',
  async () => {
    await using site = await startSite();
    push(site, { 'proxies.json': listText([record(site.links[0]), record(VLESS)]) });
    await using runners = await hostedRunners();
    const inputs = { outputs: 'txt=public/alive.txt' };
    const result = await checkOutAndRetest(site, await runners.startJob(), inputs);
    const alive = site.serve('public/alive.txt') ?? '';
    if (!alive.includes(site.links[0])) return;
    expect(alive, result.log).not.toContain('vless');
  },
);

knownDefect(
  'first-ever',
  'does not publish a web server as a proxy',
  'a server that answers every request itself passes http:// targets without a warning',
  async () => {
    await using site = await startSite();
    await using liar = await startHttpServer({ script: respond(204) });
    await using target = await startHttpServer({ script: respond(204) });
    push(site, { 'proxies.json': listText([record(`http://127.0.0.1:${liar.port}`)]) });
    await using runners = await hostedRunners();
    const result = await checkOutAndRetest(site, await runners.startJob(), {
      targets: `${target.url}/a\n${target.url}/b`,
    });
    if (result.annotations.length > 0) return;
    expect(site.serveStatus(), result.log).toEqual([false]);
  },
);

knownDefect(
  'hosted',
  'says that the endpoints of a list need an engine',
  'a list of other protocols only is void and red, without an annotation that names the engine',
  async () => {
    await using site = await startSite();
    push(site, { 'proxies.json': listText([record(VLESS)]) });
    await using runners = await hostedRunners();
    const result = await checkOutAndRetest(site, await runners.startJob());
    const messages = result.annotations.map(({ message }) => message).join('\n');
    expect(messages, result.log).toMatch(/1 of 1 .*engine/);
  },
);

knownDefect(
  'schedule',
  'the extra files of a plain list follow its endpoints',
  'nothing is written or committed if only the findings about a plain list change',
  async () => {
    await using site = await startSite();
    const second = await site.testbed.proxy({ protocol: 'http' });
    const link = `http://127.0.0.1:${second.port}`;
    push(site, { 'http.txt': `${site.links[0]}\n${link}\n` });
    await using runners = await hostedRunners();
    const inputs = { list: 'http.txt', outputs: 'txt=public/alive.txt', select: 'all' };
    const first = await checkOutAndRetest(site, await runners.startJob(), inputs);
    await second[Symbol.asyncDispose]();
    const result = await checkOutAndRetest(site, await runners.startJob({ run_id: '2' }), inputs);
    if (result.outputs.died === undefined) return;
    expect(site.serve('public/alive.txt') ?? '', first.log + result.log).toBe(site.links[0]);
  },
);

/** A list of 12 endpoints that are marked alive, of which two answer. */
async function startStaleSite(): Promise<Site> {
  const site = await startSite();
  const { port } = await site.testbed.proxy({ protocol: 'http' });
  const dead = await closedPort();
  const links = [
    site.links[0],
    `http://127.0.0.1:${port}`,
    ...Array.from({ length: 10 }, (_, index) => `http://u${index}:p@127.0.0.1:${dead}`),
  ];
  push(site, { 'proxies.json': listText(links.map((link) => record(link))) });
  return site;
}

cell('after-a-year', 'the first run over a stale list keeps it and warns', async () => {
  await using site = await startStaleSite();
  await using runners = await hostedRunners();
  const result = await checkOutAndRetest(site, await runners.startJob());
  expect(result.outputs.verdict, result.log).toBe('warn');
  expect(site.serveStatus().filter(Boolean)).toHaveLength(12);
});

knownDefect(
  'after-a-year',
  'a second run that confirms the deaths publishes them',
  'min-retain-ratio refuses a stale list in every run',
  async () => {
    await using site = await startStaleSite();
    await using runners = await hostedRunners();
    await checkOutAndRetest(site, await runners.startJob());
    const second = await runners.startJob({ run_id: '2' });
    const result = await checkOutAndRetest(site, second, { select: 'all' });
    expect(site.serveStatus().filter(Boolean), result.log).toHaveLength(2);
  },
);

cell('after-a-year', 'retests a list whose history is of another version', async () => {
  await using site = await startSite();
  push(site, { 'proxies.json.state.ndjson': '{"version":0,"id":7}\nnot JSON\n' });
  await using runners = await selfHostedRunner();
  const result = await checkOutAndRetest(site, await runners.startJob());
  expect(result.outcome, result.log).toBe('success');
  expect(site.serveStatus()).toEqual([true, false]);
});

knownDefect(
  'first-ever',
  'says that nothing of a list was covered that needs an engine',
  'coverage is 100 although no endpoint was tested',
  async () => {
    await using site = await startSite();
    push(site, { 'proxies.json': listText([record(VLESS)]) });
    await using runners = await hostedRunners();
    const result = await checkOutAndRetest(site, await runners.startJob());
    if (result.outputs.tested !== '0') return;
    expect(result.outputs.coverage, result.log).toBe('0');
  },
);
