#!/usr/bin/env node
// Takes the place of a platform's program: notes what it was called with, knows what runs, and does
// what it would do. Which one it is says its name; what runs is in a file.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const { STAND_IN_STATE: file = '', STAND_IN_CALLS: calls = '' } = process.env;
const name = basename(process.argv[1] ?? '');
const args = process.argv.slice(2);
const line = args.join(' ');
const runs = () => readFileSync(file, 'utf8');
const run = (what) => writeFileSync(file, what);
const print = (what) => console.log(typeof what === 'string' ? what : JSON.stringify(what));

if (name !== 'jq' && name !== 'curl') appendFileSync(calls, `${name} ${line}\n`);

/** After `Rollback to 3` a platform has a new release that says so. */
const releases = (key) => {
  const [number, description = 'Deploy'] = runs().split('|');
  return [{ [key]: Number(number), description }];
};
const releaseAfter = (target, description) => {
  if (!/^\d+$/.test(target)) process.exit(2);
  run(`${Number(runs().split('|')[0]) + 1}|${description}`);
};

const PROGRAMS = {
  kubectl: () => {
    if (args[0] === 'get') return print(runs());
    if (args[0] === 'set') return run(/^web=(.+)$/.exec(args[3])[1]);
    return print('deployment "web" successfully rolled out');
  },
  helm: () => {
    if (args[0] === 'history') return print(releases('revision'));
    if (args[0] === 'rollback') return releaseAfter(args[2], `Rollback to ${args[2]}`);
    return print('kind: Deployment');
  },
  heroku: () => {
    if (args[0] === 'releases') return print(releases('version'));
    return releaseAfter(args[1].slice(1), `Rollback to ${args[1]}`);
  },
  vercel: () => run(args[1]),
  curl: () => print({ deploymentId: runs() }),
  wrangler: () =>
    args[0] === 'rollback' ? run(args[1]) : print({ versions: [{ version_id: runs() }] }),
  migrate: () => (args[0] === 'version' ? print(runs()) : run(args[1])),
  router: () => (args[0] === 'show' ? print(runs()) : run(args[1])),
  jq: () => {
    let value = JSON.parse(readFileSync(0, 'utf8'));
    for (const key of args[1].match(/\w+/g)) value = value[key];
    print(String(value));
  },
};
PROGRAMS[name]();
