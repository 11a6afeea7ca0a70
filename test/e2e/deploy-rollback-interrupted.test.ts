import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { respond } from '@repo/testkit/faults/answers';
import { startHttpServer } from '@repo/testkit/faults/http-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { journalOf, linesOf, type Site, sha, startSite } from './rollback/site.ts';

const [A, B, C, BAD] = [sha('a'), sha('b'), sha('c'), sha('f')];

let site: Site;
let strategies: string;

/** The second part of the set is a command of the user's: what it does is a script. */
async function command(steps: Readonly<Record<string, string>>): Promise<string> {
  const lines = ['- files: {paths: [version.txt]}', '- command:', '    name: site'];
  for (const [step, script] of Object.entries(steps)) {
    const path = join(site.root, `${step}.mjs`);
    await writeFile(path, script);
    lines.push(`    ${step}: [node, ${path}]`);
  }
  return lines.join('\n');
}

/** Waits to be stopped, unless it was let go. */
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
    { cancel: { when: /command site: bringing back/ } },
  );
  expect(first, first.log).toMatchObject({ outcome: 'cancelled', exitCode: 1 });
  // The runner would have killed it 7.5 s after the first signal.
  expect(first.signal).toBeUndefined();
  expect(first.durationMs).toBeLessThan(7_500);
  expect(site.runs()[0]).toBe('b');
}

describe('a rollback that is cancelled in the middle', () => {
  test('holds the next deploy, and is finished by the next run', async () => {
    await interrupted();
    await using held = await site.run(C, { mode: 'check', strategies: '' });
    expect(held).toMatchObject({ exitCode: 1, outputs: { result: 'frozen', from: BAD } });
    expect(held.outputs.message).toBe(
      'a rollback of fffffff was interrupted: files version.txt is that of bbbbbbb, command site may be half that of bbbbbbb',
    );
    await writeFile(join(site.root, 'go'), '');
    await using second = await site.run(BAD, { strategies });
    expect(second.outputs, second.log).toMatchObject({
      result: 'rolled-back',
      to: B,
      attempts: '1',
    });
    const events = journalOf(site).map(({ event }) => event);
    for (const once of ['begun', 'safety', 'attempt', 'recorded', 'ended']) {
      expect(events.filter((event) => event === once)).toHaveLength(1);
    }
    // The part that was back already is not done again.
    expect(
      journalOf(site).filter(
        ({ event, title }) => event === 'applied' && title === 'files version.txt',
      ),
    ).toHaveLength(1);
    expect(Number(second.outputs['time-to-recover-ms'])).toBeGreaterThan(
      Number(second.outputs['duration-ms']),
    );
  });

  test('cannot be finished with half of its set', async () => {
    await interrupted();
    await using second = await site.run(BAD, { strategies: '- files: {paths: [version.txt]}' });
    expect(second.exitCode).toBe(1);
    expect(second.outputs.message).toContain('was interrupted');
    expect(second.outputs.message).toContain(
      'with other strategies: files version.txt, command site',
    );
  });

  test('can be given up', async () => {
    await interrupted();
    await using freed = await site.run(BAD, { mode: 'unfreeze', strategies: '' });
    expect(freed, freed.log).toMatchObject({ exitCode: 0, outputs: { result: 'done' } });
    await using free = await site.run(BAD, { mode: 'check', strategies: '' });
    expect(free.exitCode).toBe(0);
  });

  test('is out of date when somebody has deployed since', async () => {
    await interrupted();
    // A deploy that did not ask.
    site.deploy(C);
    await using marked = await site.run(C, { mode: 'mark', strategies: '' });
    expect(marked.exitCode).toBe(0);
    await using second = await site.run(BAD, { strategies });
    expect(second.outputs, second.log).toMatchObject({ result: 'superseded', to: C });
    expect(site.runs()).toBe('cc');
    expect(second.log).toContain('was left unfinished');
  });
});

describe('somebody deploys while a rollback looks around', () => {
  test('superseded, and nothing is touched', async () => {
    const line = JSON.stringify({
      event: 'opened',
      id: 'r-c',
      key: 'c',
      revision: C,
      content: '',
      atMs: Date.now(),
    });
    const ledger = join(site.state, 'production', 'ledger.jsonl');
    strategies = await command({
      capture: '',
      preflight: `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(ledger)}, ${JSON.stringify(`${line}\n`)});`,
      apply: '',
    });
    await using result = await site.run(BAD, { strategies });
    expect(result.outputs, result.log).toMatchObject({
      result: 'superseded',
      verdict: 'warn',
      to: C,
      message: 'ccccccc has been deployed meanwhile; nothing was touched',
    });
    expect(site.runs()).toBe('ff');
    expect(linesOf(site, 'ledger.jsonl').filter(({ event }) => event === 'rolled-back')).toEqual(
      [],
    );
  });
});

describe('who wants to hear of it, hears of it', () => {
  test('by a webhook', async () => {
    strategies = await command({ capture: '', apply: '' });
    await using webhook = await startHttpServer({ script: respond(200) });
    await using result = await site.run(BAD, { strategies, notify: `webhook=${webhook.url}` });
    expect(result.outputs.result).toBe('rolled-back');
    expect(webhook.requests).toHaveLength(1);
  });
});
