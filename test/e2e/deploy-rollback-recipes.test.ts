import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BAD, type Machine, startMachine } from '../real/rollback/machine.ts';
import { type StandIns, standIns } from './rollback/stand-ins.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = fileURLToPath(new URL('../../docs/recipes', import.meta.url));

/** Reads the YAML blocks of a recipe. */
function readBlocks(file: string): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
}

interface Recipe {
  readonly file: string;
  /** The index of the strategy. */
  readonly index: number;
  readonly programs: Readonly<Record<string, string>>;
  /** The identifiers of the good and the bad release. */
  readonly good: string;
  readonly bad: string;
  /** The only call with a change. */
  readonly change: string;
  /** Reads and writes the current release, if it is not the file `$LIVE`. */
  readonly current?: {
    readonly put: (machine: Machine, live: string) => void;
    readonly read: (machine: Machine) => string;
  };
}

const WORKER = '{"versions":[{"version_id":"\'"$(cat $LIVE)"\'","percentage":100}]}';

const RECIPES: readonly Recipe[] = [
  {
    file: 'kubernetes.md',
    index: 0,
    good: 'registry/web@sha256:aaaa',
    bad: 'registry/web@sha256:bbbb',
    change: 'kubectl<--namespace=shop><set><image><deployment/web><web=registry/web@sha256:aaaa>',
    programs: {
      kubectl: `"--namespace=shop get deployment/web -o=jsonpath={.spec.template.spec.containers[0].image}") printf %s "$(cat $LIVE)";;
"--namespace=shop auth can-i patch deployment/web") echo yes;;
"--namespace=shop set image deployment/web web="*) printf %s "\${5#web=}" > $LIVE; changed;;
"--namespace=shop rollout status deployment/web --timeout=100s") ;;`,
    },
  },
  {
    file: 'helm.md',
    index: 0,
    good: '4',
    bad: '5',
    change: 'helm<rollback><web><4><--namespace><shop><--wait><--timeout=3m>',
    programs: {
      helm: `"get manifest web --namespace shop") echo "manifest of $(cat $LIVE)";;
"get manifest web --namespace shop --revision=4") echo "manifest of 4";;
"status web --namespace shop --output json") echo '{"name":"web","version":'$(cat $LIVE)'}';;
"rollback web "*" --namespace shop --wait --timeout=3m") printf %s "$3" > $LIVE; changed;;`,
    },
  },
  {
    file: 'vercel.md',
    index: 0,
    good: 'dpl_good',
    bad: 'dpl_bad',
    change: 'vercel<rollback><dpl_good><--timeout><3m><--token><vercel-token>',
    programs: {
      curl: `"-fsS -H Authorization: Bearer vercel-token https://api.vercel.com/v4/aliases/shop.example.com") echo '{"deploymentId":"'$(cat $LIVE)'"}';;
"-fsS -H Authorization: Bearer vercel-token https://api.vercel.com/v13/deployments/dpl_good") echo '{"readyState":"READY"}';;`,
      vercel: `"rollback "*" --timeout 3m --token vercel-token") printf %s "$2" > $LIVE; changed;;`,
    },
  },
  {
    file: 'cloudflare.md',
    index: 0,
    good: '10000000-0000-0000-0000-000000000000',
    bad: '20000000-0000-0000-0000-000000000000',
    change: `wrangler<rollback><10000000-0000-0000-0000-000000000000><--name><shop><--yes><--message><rollback of ${BAD}>`,
    programs: {
      wrangler: `"deployments status --name shop --json") echo '${WORKER}';;
"versions view 10000000-0000-0000-0000-000000000000 --name shop") ;;
"rollback "*" --name shop --yes --message "*) printf %s "$2" > $LIVE; changed;;`,
    },
  },
  {
    file: 'heroku.md',
    index: 0,
    good: '102',
    bad: '103',
    change: 'heroku<releases:rollback><v102><--app><shop>',
    programs: {
      heroku: `"releases:info --app shop --json") echo '{"version":'$(cat $LIVE)',"slug":{"id":"slug-of-'$(cat $LIVE)'"}}';;
"releases:info v102 --app shop") ;;
"releases:rollback v"*" --app shop") printf %s "\${2#v}" > $LIVE; changed;;`,
    },
  },
  {
    file: 'migrations.md',
    index: 0,
    good: '1975ea83b712',
    bad: 'ae1027a6acf1',
    change: 'alembic<downgrade><1975ea83b712>',
    programs: {
      alembic: `"current") echo "INFO  [alembic.runtime.migration] Context impl" >&2; echo "$(cat $LIVE) (head)";;
"show 1975ea83b712") ;;
"downgrade "*) printf %s "$2" > $LIVE; changed;;`,
    },
  },
  {
    file: 'migrations.md',
    index: 1,
    good: '3',
    bad: '5',
    change: 'cargo<run><--quiet><--><down><-n><2>',
    programs: {
      cargo: `"run --quiet -- status") for i in $(seq "$(cat $LIVE)"); do echo "Migration 'm$i', status: Applied"; done; echo "Migration 'm9', status: Pending";;
"run --quiet -- down -n "*) printf %s "$(($(cat $LIVE) - $6))" > $LIVE; changed;;`,
    },
  },
  {
    file: 'blue-green.md',
    index: 0,
    good: 'blue.conf',
    bad: 'green.conf',
    change: 'nginx<-s><reload>',
    programs: {
      curl: `"-fsS --max-time 5 http://127.0.0.1:8081/health") ;;`,
      nginx: `"-s reload") changed;;`,
    },
    current: {
      put: ({ workspace }, live) => {
        const upstreams = join(workspace, 'upstreams');
        mkdirSync(upstreams, { recursive: true });
        writeFileSync(join(upstreams, 'blue.conf'), '# health: http://127.0.0.1:8081/health\n');
        writeFileSync(join(upstreams, 'green.conf'), '# health: http://127.0.0.1:8082/health\n');
        rmSync(join(upstreams, 'live.conf'), { force: true });
        symlinkSync(live, join(upstreams, 'live.conf'));
      },
      read: ({ workspace }) => readlinkSync(join(workspace, 'upstreams/live.conf')),
    },
  },
];

let machine: Machine | undefined;
afterEach(() => machine?.[Symbol.asyncDispose]());

test('tests every recipe of the docs', () => {
  const files = readdirSync(folder).filter((name) => name !== 'README.md');
  const strategies = files.flatMap((file) =>
    readBlocks(file)
      .filter((block) => block.startsWith('- command:'))
      .map((_, index) => `${file} ${index}`),
  );
  expect(RECIPES.map(({ file, index }) => `${file} ${index}`).toSorted()).toEqual(
    strategies.toSorted(),
  );
});

describe.each(RECIPES)('the recipe $file ($index)', (recipe) => {
  function start(): { readonly machine: Machine; readonly programs: StandIns } {
    const blocks = readBlocks(recipe.file);
    const strategies = blocks.filter((block) => block.startsWith('- command:'))[recipe.index];
    const [, verify = ''] =
      blocks.map((block) => /^verify-command: (.*)\n$/.exec(block)).find(Boolean) ?? [];
    const env = { PATH: '', VERCEL_TOKEN: 'vercel-token' };
    const started = startMachine({
      strategies: strategies ?? '',
      inputs: { 'verify-command': verify, 'verify-deadline': '5s' },
      env,
    });
    const programs = standIns(started.root, recipe.programs);
    env.PATH = programs.path;
    machine = started;
    return { machine: started, programs };
  }

  const put = (at: ReturnType<typeof start>, live: string) =>
    recipe.current ? recipe.current.put(at.machine, live) : writeFileSync(at.programs.live, live);
  const read = (at: ReturnType<typeof start>) =>
    recipe.current ? recipe.current.read(at.machine) : readFileSync(at.programs.live, 'utf8');
  const changes = (calls: readonly string[]) => calls.filter((call) => call === recipe.change);

  test('restores the good release with the right calls, also after a kill', async () => {
    const at = start();
    put(at, recipe.good);
    await at.machine.snapshot();
    put(at, recipe.bad);
    at.programs.calls();
    await at.machine.rollback();
    expect(read(at)).toBe(recipe.good);
    expect(changes(at.programs.calls())).toHaveLength(1);

    at.machine.forgetRollbacks();
    put(at, recipe.bad);
    at.programs.killAtChange();
    await using killed = await at.machine.run();
    expect(killed.signal, killed.log).toBe('SIGKILL');
    await at.machine.rollbackAgain();
    expect(read(at)).toBe(recipe.good);
  });

  test('changes nothing if its program fails or is missing', async () => {
    const at = start();
    put(at, recipe.good);
    await at.machine.snapshot();
    put(at, recipe.bad);
    for (const name of Object.keys(recipe.programs)) {
      writeFileSync(join(at.machine.root, 'programs', name), '#!/bin/sh\nexit 1\n');
    }
    await using result = await at.machine.run({ 'on-exhausted': 'stop' });
    expect(['no-target', 'failed'], result.log).toContain(result.outputs.result);
    expect(read(at)).toBe(recipe.bad);
  });
});
