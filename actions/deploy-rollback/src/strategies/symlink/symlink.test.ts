import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Ports, SnapshotPart, Strategy, Target } from '../strategy.ts';
import { superfluousReleases } from './prune.ts';
import { symlink } from './symlink.ts';

let workspace: string;
let ports: Ports;
let snapshots = 0;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'symlink-'));
  ports = createPorts({ workspace });
  mkdirSync(join(workspace, 'releases'));
  for (const name of ['1', '2', '3']) release(name);
  symlinkSync('releases/2', join(workspace, 'current'));
});
afterEach(() => rmSync(workspace, { recursive: true }));

function release(name: string): void {
  mkdirSync(join(workspace, 'releases', name, 'public'), { recursive: true });
  writeFileSync(join(workspace, 'releases', name, 'public/index.html'), name);
}

function deploy(name: string): void {
  release(name);
  rmSync(join(workspace, 'current'), { force: true });
  symlinkSync(`releases/${name}`, join(workspace, 'current'));
}

const strategyOf = (more: object = {}): Strategy =>
  v.parse(symlink.schema, { link: 'current', releases: 'releases', ...more });
const leadsTo = () => readlinkSync(join(workspace, 'current'));
const releases = () =>
  readdirSync(join(workspace, 'releases')).filter((name) => !name.startsWith('.'));

async function keep(strategy = strategyOf()): Promise<Target & { readonly kept: SnapshotPart }> {
  const folder = join(workspace, 'snapshots', `${++snapshots}`, '1-symlink');
  mkdirSync(folder, { recursive: true });
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), kept: { folder, part, takenMs: 5 } };
}

describe('the link leads to the release again that it led to', () => {
  test('at once, as it was written, and once more', async () => {
    const strategy = strategyOf();
    const target = await keep(strategy);
    deploy('4');
    expect(await strategy.identify?.(target, ports)).toEqual({
      kind: 'other',
      found: '4',
      expected: '2',
    });
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'ready',
      step: `switches ${workspace}/current, which leads to releases/4 now, to 2`,
      warnings: [],
    });
    expect(leadsTo()).toBe('releases/4');
    for (let time = 0; time < 2; time++) {
      expect(await strategy.apply(target, ports)).toEqual({ done: 'current leads to 2' });
      expect(leadsTo()).toBe('releases/2');
    }
    expect(await strategy.identify?.(target, ports)).toEqual({ kind: 'same', found: '2' });
  });

  test('absolute ones, folders within a release, and where the link is gone', async () => {
    rmSync(join(workspace, 'current'));
    symlinkSync(join(workspace, 'releases/3/public'), join(workspace, 'current'));
    const target = await keep();
    rmSync(join(workspace, 'current'));
    expect(await strategyOf().preflight(target, ports)).toMatchObject({ kind: 'ready' });
    await strategyOf().apply(target, ports);
    expect(leadsTo()).toBe(join(workspace, 'releases/3/public'));
  });

  test('what a kill has left is no hindrance', async () => {
    const target = await keep();
    deploy('4');
    symlinkSync('/somewhere', join(workspace, '.current.deploy-rollback-new'));
    await strategyOf().apply(target, ports);
    expect(leadsTo()).toBe('releases/2');
    expect(readdirSync(workspace)).not.toContain('.current.deploy-rollback-new');
  });
});

describe('preflight, changing nothing', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'a release that is gone',
      () => rmSync(join(workspace, 'releases/2'), { recursive: true }),
      /2 is not there any more/,
    ],
    [
      'an emptied release',
      () => rmSync(join(workspace, 'releases/2/public'), { recursive: true }),
      /or empty/,
    ],
    [
      'a release that is a link',
      () => {
        rmSync(join(workspace, 'releases/2'), { recursive: true });
        symlinkSync('/etc', join(workspace, 'releases/2'));
      },
      /not there any more/,
    ],
    [
      'a folder in the place of the link',
      () => {
        rmSync(join(workspace, 'current'));
        mkdirSync(join(workspace, 'current'));
      },
      /is no symbolic link/,
    ],
  ])('%s', async (_, harm, problem) => {
    const target = await keep();
    harm();
    expect(await strategyOf().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
    await expect(strategyOf().apply(target, ports)).rejects.toThrow(problem);
  });

  test('a manifest that somebody wrote leads nowhere else', async () => {
    const target = await keep();
    for (const inner of ['../../etc', '/etc', '', 'x/../..']) {
      const kept = { ...target.kept, part: { ...(target.kept.part as object), inner } };
      expect(await strategyOf().preflight({ ...target, kept }, ports)).toMatchObject({
        kind: 'impossible',
      });
    }
  });

  test.each([
    ['no link', () => rmSync(join(workspace, 'current'))],
    [
      'a link to elsewhere',
      () => {
        rmSync(join(workspace, 'current'));
        symlinkSync('/etc', join(workspace, 'current'));
      },
    ],
  ])('%s is not kept', async (_, harm) => {
    harm();
    await expect(keep()).rejects.toThrow(/is no link into/);
  });
});

describe('old releases', () => {
  test('go, but never the current one, nor one that a snapshot needs', async () => {
    const strategy = strategyOf({ keep: 2 });
    const targets = [await keep(strategy)];
    for (const name of ['4', '5', '6', '7']) {
      deploy(name);
      targets.push(await keep(strategy));
    }
    const all = ['1', '2', '3', '4', '5', '6', '7'];
    expect(releases()).toEqual(all);
    // The snapshots of 2, 4 and 6 are given up.
    for (const at of [0, 1, 3]) await strategy.forget?.(targets[at]?.kept as SnapshotPart, ports);
    deploy('8');
    targets.push(await keep(strategy));
    // The link never led to 1 and 3.
    expect(releases()).toEqual(['1', '3', '5', '7', '8']);
    expect(await strategy.preflight(targets[2] as Target, ports)).toMatchObject({ kind: 'ready' });
  });

  test('a mark without a snapshot, left by a kill, does not count for ever', async () => {
    const strategy = strategyOf({ keep: 1 });
    const { kept } = await keep(strategy);
    deploy('4');
    rmSync(join(kept.folder, '..'), { recursive: true });
    await keep(strategy);
    expect(releases()).toEqual(['1', '3', '4']);
  });

  test('what the link never led to is left alone; without keep, so is everything', async () => {
    writeFileSync(join(workspace, 'releases/README'), '');
    symlinkSync('1', join(workspace, 'releases/stable'));
    // As where releases lie beside other folders of the application.
    mkdirSync(join(workspace, 'releases/shared'));
    const { kept } = await keep();
    deploy('4');
    await strategyOf().forget?.(kept, ports);
    await keep();
    expect(releases()).toEqual(['1', '2', '3', '4', 'README', 'shared', 'stable']);
    await keep(strategyOf({ keep: 1 }));
    expect(releases()).toEqual(['1', '3', '4', 'README', 'shared', 'stable']);
    expect(lstatSync(join(workspace, 'releases/stable')).isSymbolicLink()).toBe(true);
  });

  test('of any: keep of the newest stay, and all that are needed', () => {
    const one = fc.record({ name: fc.stringMatching(/^[a-e]{1,2}$/), madeMs: fc.nat(9) });
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: ({ name }) => name }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('a', 'b', ''),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'dd')),
        (all, keep, current, needed) => {
          const gone = superfluousReleases(all, { keep, current, needed: new Set(needed) });
          const names = gone.map(({ name }) => name);
          expect(names).not.toContain(current);
          for (const name of needed) expect(names).not.toContain(name);
          const stay = all.filter((release) => !gone.includes(release));
          expect(stay.length).toBeGreaterThanOrEqual(Math.min(keep, all.length));
          for (const { madeMs } of gone) {
            expect(all.filter((other) => other.madeMs >= madeMs).length).toBeGreaterThan(keep);
          }
        },
      ),
    );
  });
});

test.each([{}, { link: '', releases: 'x' }, { link: 'a' }, { link: 'a', releases: 'b', keep: 0 }])(
  '%j is refused',
  (given) => {
    expect(v.safeParse(symlink.schema, given).success).toBe(false);
  },
);
