import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readJournal, readStateLines, type Site, sha, startSite } from './rollback/site.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let site: Site;
let strategies: string;

/** The second strategy is a command, which runs a script. */
async function command(steps: Readonly<Record<string, string>>): Promise<string> {
  const lines = ['- files: {paths: [version.txt]}', '- command:', '    name: site'];
  for (const [step, script] of Object.entries(steps)) {
    const path = join(site.root, `${step}.mjs`);
    await writeFile(path, script);
    lines.push(`    ${step}: [node, ${path}]`);
  }
  return lines.join('\n');
}

/** Runs until it is stopped, unless the file `go` exists. */
const HANGS = `import { existsSync } from 'node:fs'; if (!existsSync(process.cwd() + '/../go')) setInterval(() => {}, 1000);`;

beforeEach(async () => {
  site = await startSite();
  site.deploy(A);
  strategies = await command({ capture: '', apply: HANGS });
  await release(B);
  await release(BAD, false);
});
afterEach(() => site[Symbol.asyncDispose]());

async function release(revision: string, good = true): Promise<void> {
  await using kept = await site.run(revision, { mode: 'snapshot', strategies });
  expect(kept.exitCode, kept.log).toBe(0);
  site.deploy(revision);
  if (!good) return;
  await using marked = await site.run(revision, { mode: 'mark', strategies });
  expect(marked.exitCode, marked.log).toBe(0);
}

/** A rollback that is cancelled while its second part hangs. */
async function interrupted(): Promise<void> {
  await using first = await site.run(
    BAD,
    { strategies },
    { cancel: { when: /command site: restoring/ } },
  );
  expect(first, first.log).toMatchObject({ outcome: 'cancelled', exitCode: 1 });
  // The runner would have killed it 7.5 s after the first signal.
  expect(first.signal).toBeUndefined();
  expect(site.runs()[0]).toBe('b');
}

describe('a cancelled rollback', () => {
  test('blocks the next deploy, and is finished by the next run', async () => {
    await interrupted();
    await using held = await site.run(C, { mode: 'check', strategies: '' });
    expect(held).toMatchObject({ exitCode: 1, outputs: { result: 'frozen', from: BAD } });
    expect(held.outputs.message).toBe(
      'a rollback of fffffff was interrupted: files version.txt is at bbbbbbb, command site may be partly at bbbbbbb',
    );
    await writeFile(join(site.root, 'go'), '');
    await using second = await site.run(BAD, { strategies });
    expect(second.outputs, second.log).toMatchObject({
      result: 'rolled-back',
      to: B,
      attempts: '1',
    });
    const events = readJournal(site).map(({ event }) => event);
    for (const once of ['started', 'safety-snapshot', 'attempt-started', 'recorded', 'finished']) {
      expect(events.filter((event) => event === once)).toHaveLength(1);
    }
    // The restored part is not applied again.
    expect(
      readJournal(site).filter(
        ({ event, title }) => event === 'applied' && title === 'files version.txt',
      ),
    ).toHaveLength(1);
    expect(Number(second.outputs['time-to-recover-ms'])).toBeGreaterThan(
      Number(second.outputs['duration-ms']),
    );
  });

  test('cannot be finished with other strategies', async () => {
    await interrupted();
    await using second = await site.run(BAD, { strategies: '- files: {paths: [version.txt]}' });
    expect(second.exitCode).toBe(1);
    expect(second.outputs.message).toContain('was interrupted');
    expect(second.outputs.message).toContain(
      'with other strategies: files version.txt, command site',
    );
  });

  test('can be discarded', async () => {
    await interrupted();
    await using freed = await site.run(BAD, { mode: 'unfreeze', strategies: '' });
    expect(freed, freed.log).toMatchObject({ exitCode: 0, outputs: { result: 'done' } });
    await using free = await site.run(BAD, { mode: 'check', strategies: '' });
    expect(free.exitCode).toBe(0);
  });

  test('is out of date after a newer deploy', async () => {
    await interrupted();
    // A deploy without mode: check.
    site.deploy(C);
    await using marked = await site.run(C, { mode: 'mark', strategies: '' });
    expect(marked.exitCode).toBe(0);
    await using second = await site.run(BAD, { strategies });
    expect(second.outputs, second.log).toMatchObject({ result: 'superseded', to: C });
    expect(site.runs()).toBe('cc');
    expect(second.log).toMatch(/The unfinished rollback of fffffff .* is out of date/);
  });
});

describe('a deploy during the preflight', () => {
  test('supersedes the rollback, and nothing is changed', async () => {
    const line = JSON.stringify({
      event: 'opened',
      id: 'r-c',
      key: 'c',
      revision: C,
      tree: '',
      atMs: Date.now(),
    });
    strategies = await command({
      capture: '',
      preflight: `import { appendFileSync } from 'node:fs'; appendFileSync(process.cwd() + '/../state/production/ledger.jsonl', ${JSON.stringify(`${line}\n`)});`,
      apply: '',
    });
    await using result = await site.run(BAD, { strategies });
    expect(result.outputs, result.log).toMatchObject({
      result: 'superseded',
      verdict: 'warn',
      to: C,
      message: 'ccccccc was deployed during the rollback; nothing was changed',
    });
    expect(site.runs()).toBe('ff');
    expect(
      readStateLines(site, 'ledger.jsonl').filter(({ event }) => event === 'rolled-back'),
    ).toEqual([]);
  });
});

describe('a rollback sends notifications', () => {
  test('to a webhook', async () => {
    strategies = await command({ capture: '', apply: '' });
    await using webhook = await startHttpServer({ script: respond(200) });
    await using result = await site.run(BAD, { strategies, notify: `webhook=${webhook.url}` });
    expect(result.outputs.result).toBe('rolled-back');
    expect(webhook.requests).toHaveLength(1);
  });
});
