import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Site, sha, startSite } from './rollback/site.ts';

const page = readFileSync(new URL('../../docs/rollback-recipes.md', import.meta.url), 'utf8');
const recipes = new Map(
  [...page.matchAll(/<!-- recipe:(\S+) -->\n```yaml\n(.*?)```/gs)].map(
    ([, name = '', yaml = '']) => [name, parse(yaml) as Readonly<Record<string, string>>],
  ),
);
const PROGRAMS = ['kubectl', 'helm', 'heroku', 'vercel', 'curl', 'wrangler', 'jq'];
const BAD = sha('f');

let site: Site;
let bin: string;
beforeEach(async () => {
  site = await startSite();
  bin = join(site.root, 'bin');
  mkdirSync(bin);
  mkdirSync(join(site.workspace, 'app'));
  const places = [
    ...PROGRAMS.map((name) => join(bin, name)),
    ...['migrate', 'router'].map((name) => join(site.workspace, name)),
  ];
  for (const place of places) {
    // Without an ending Node takes it for a module only if a package says so.
    copyFileSync(fileURLToPath(new URL('./rollback/stand-in.mjs', import.meta.url)), place);
    chmodSync(place, 0o755);
  }
  for (const folder of [bin, site.workspace]) {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  }
});
afterEach(() => site[Symbol.asyncDispose]());

test.each([
  [
    'kubectl',
    'web@sha256:a',
    'web@sha256:b',
    'web@sha256:a',
    'kubectl set image deployment/web web=web@sha256:a',
  ],
  ['helm', '3', '4', '5|Rollback to 3', 'helm rollback web 3 --wait --timeout 5m'],
  ['heroku', '7', '8', '9|Rollback to v7', 'heroku rollback v7 --app shop'],
  ['vercel', 'dpl_a', 'dpl_b', 'dpl_a', 'vercel rollback dpl_a --yes'],
  [
    'cloudflare',
    'v-a',
    'v-b',
    'v-a',
    `wrangler rollback v-a --name shop --message rolled back from ${BAD} --yes`,
  ],
  ['migrations', '12', '13', '12', 'migrate down-to 12'],
  ['blue-green', 'blue', 'green', 'blue', 'router switch blue'],
])('R18, R19, R22: the recipe %s, word for word', async (name, good, bad, after, call) => {
  const state = join(site.root, 'runs');
  const calls = join(site.root, 'calls');
  writeFileSync(state, good);
  const recipe = recipes.get(name) ?? {};
  await using result = await site.run(
    BAD,
    // No page of the world is asked from here.
    { ...recipe, ...(recipe['verify-url'] && { 'verify-url': site.url }), 'verify-deadline': '5s' },
    {
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        STAND_IN_STATE: state,
        STAND_IN_CALLS: calls,
        VERCEL_TOKEN: 'secret',
      },
      laterSteps: () => {
        writeFileSync(state, bad);
        return 'failure';
      },
    },
  );
  expect(result.exitCode, result.log).toBe(0);
  expect(result.post?.outputs, result.post?.log).toMatchObject({ result: 'rolled-back' });
  expect(readFileSync(state, 'utf8')).toBe(after);
  expect(
    readFileSync(calls, 'utf8')
      .split('\n')
      .filter((line) => line === call),
  ).toHaveLength(1);
});

test('every recipe is tried', () => {
  expect([...recipes.keys()].toSorted()).toEqual(
    ['blue-green', 'cloudflare', 'helm', 'heroku', 'kubectl', 'migrations', 'vercel'].toSorted(),
  );
});
