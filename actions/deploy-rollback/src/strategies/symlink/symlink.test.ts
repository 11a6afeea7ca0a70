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
import { findRemovableReleases, symlink } from './symlink.ts';

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

const createStrategy = (more: object = {}): Strategy =>
  v.parse(symlink.schema, { link: 'current', releases: 'releases', ...more });
const readTarget = () => readlinkSync(join(workspace, 'current'));
const releases = () =>
  readdirSync(join(workspace, 'releases')).filter((name) => !name.startsWith('.'));

async function capture(
  strategy = createStrategy(),
): Promise<Target & { readonly snapshot: SnapshotPart }> {
  const folder = join(workspace, 'snapshots', `${++snapshots}`, '1-symlink');
  mkdirSync(folder, { recursive: true });
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  return { ...testTarget('a'.repeat(40), 'b'.repeat(40)), snapshot: { folder, part, takenMs: 5 } };
}

describe('restores the target of the link', () => {
  test('with the same kind of path; a second run has the same result', async () => {
    const strategy = createStrategy();
    const target = await capture(strategy);
    deploy('4');
    expect(await strategy.identify?.(target, ports)).toEqual({
      kind: 'other',
      found: '4',
      expected: '2',
    });
    expect(await strategy.preflight(target, ports)).toEqual({
      kind: 'ready',
      step: `switches ${workspace}/current from releases/4 to 2`,
      warnings: [],
    });
    expect(readTarget()).toBe('releases/4');
    for (let time = 0; time < 2; time++) {
      expect(await strategy.apply(target, ports)).toEqual({ done: 'current points to 2' });
      expect(readTarget()).toBe('releases/2');
    }
    expect(await strategy.identify?.(target, ports)).toEqual({ kind: 'same', found: '2' });
  });

  test('with an absolute path to a folder within a release, without a current link', async () => {
    rmSync(join(workspace, 'current'));
    symlinkSync(join(workspace, 'releases/3/public'), join(workspace, 'current'));
    const target = await capture();
    rmSync(join(workspace, 'current'));
    expect(await createStrategy().preflight(target, ports)).toMatchObject({ kind: 'ready' });
    await createStrategy().apply(target, ports);
    expect(readTarget()).toBe(join(workspace, 'releases/3/public'));
  });

  test('after a kill that left a new link behind', async () => {
    const target = await capture();
    deploy('4');
    symlinkSync('/somewhere', join(workspace, '.current.deploy-rollback-new'));
    await createStrategy().apply(target, ports);
    expect(readTarget()).toBe('releases/2');
    expect(readdirSync(workspace)).not.toContain('.current.deploy-rollback-new');
  });
});

describe('the preflight finds problems', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'a missing release',
      () => rmSync(join(workspace, 'releases/2'), { recursive: true }),
      /2 does not exist any more/,
    ],
    [
      'an emptied release',
      () => rmSync(join(workspace, 'releases/2/public'), { recursive: true }),
      /or is empty/,
    ],
    [
      'a release that is a link',
      () => {
        rmSync(join(workspace, 'releases/2'), { recursive: true });
        symlinkSync('/etc', join(workspace, 'releases/2'));
      },
      /does not exist any more/,
    ],
    [
      'a folder instead of the link',
      () => {
        rmSync(join(workspace, 'current'));
        mkdirSync(join(workspace, 'current'));
      },
      /is not a symbolic link/,
    ],
  ])('%s', async (_, harm, problem) => {
    const target = await capture();
    harm();
    expect(await createStrategy().preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
    await expect(createStrategy().apply(target, ports)).rejects.toThrow(problem);
  });

  test('rejects a manifest with a path to the outside', async () => {
    const target = await capture();
    for (const inner of ['../../etc', '/etc', '', 'x/../..']) {
      const snapshot = {
        ...target.snapshot,
        part: { ...(target.snapshot.part as object), inner },
      };
      expect(await createStrategy().preflight({ ...target, snapshot }, ports)).toMatchObject({
        kind: 'impossible',
      });
    }
  });

  test.each([
    ['a missing link', () => rmSync(join(workspace, 'current'))],
    [
      'a link to another folder',
      () => {
        rmSync(join(workspace, 'current'));
        symlinkSync('/etc', join(workspace, 'current'));
      },
    ],
  ])('a snapshot fails with %s', async (_, harm) => {
    harm();
    await expect(capture()).rejects.toThrow(/is not a link into/);
  });
});

describe('with keep', () => {
  test('removes old releases except the current one and those that snapshots need', async () => {
    const strategy = createStrategy({ keep: 2 });
    const targets = [await capture(strategy)];
    for (const name of ['4', '5', '6', '7']) {
      deploy(name);
      targets.push(await capture(strategy));
    }
    const all = ['1', '2', '3', '4', '5', '6', '7'];
    expect(releases()).toEqual(all);
    // Removes the snapshots of 2, 4 and 6.
    for (const at of [0, 1, 3])
      await strategy.forget?.(targets[at]?.snapshot as SnapshotPart, ports);
    deploy('8');
    targets.push(await capture(strategy));
    // The link never pointed to 1 and 3.
    expect(releases()).toEqual(['1', '3', '5', '7', '8']);
    expect(await strategy.preflight(targets[2] as Target, ports)).toMatchObject({ kind: 'ready' });
  });

  test('ignores a reference without a snapshot, which a kill left behind', async () => {
    const strategy = createStrategy({ keep: 1 });
    const { snapshot } = await capture(strategy);
    deploy('4');
    rmSync(join(snapshot.folder, '..'), { recursive: true });
    await capture(strategy);
    expect(releases()).toEqual(['1', '3', '4']);
  });

  test('keeps folders that the link never pointed to, and everything without keep', async () => {
    writeFileSync(join(workspace, 'releases/README'), '');
    symlinkSync('1', join(workspace, 'releases/stable'));
    // Another folder of the application.
    mkdirSync(join(workspace, 'releases/shared'));
    const { snapshot } = await capture();
    deploy('4');
    await createStrategy().forget?.(snapshot, ports);
    await capture();
    expect(releases()).toEqual(['1', '2', '3', '4', 'README', 'shared', 'stable']);
    await capture(createStrategy({ keep: 1 }));
    expect(releases()).toEqual(['1', '3', '4', 'README', 'shared', 'stable']);
    expect(lstatSync(join(workspace, 'releases/stable')).isSymbolicLink()).toBe(true);
  });

  test('always keeps the newest releases and all needed ones', () => {
    const one = fc.record({ name: fc.stringMatching(/^[a-e]{1,2}$/), createdMs: fc.nat(9) });
    fc.assert(
      fc.property(
        fc.uniqueArray(one, { selector: ({ name }) => name }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('a', 'b', ''),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'dd')),
        (all, keep, current, needed) => {
          const removable = findRemovableReleases(all, { keep, current, needed: new Set(needed) });
          const names = removable.map(({ name }) => name);
          expect(names).not.toContain(current);
          for (const name of needed) expect(names).not.toContain(name);
          const stay = all.filter((release) => !removable.includes(release));
          expect(stay.length).toBeGreaterThanOrEqual(Math.min(keep, all.length));
          for (const { createdMs } of removable) {
            expect(all.filter((other) => other.createdMs >= createdMs).length).toBeGreaterThan(
              keep,
            );
          }
        },
      ),
    );
  });
});

test.each([{}, { link: '', releases: 'x' }, { link: 'a' }, { link: 'a', releases: 'b', keep: 0 }])(
  'rejects %j',
  (given) => {
    expect(v.safeParse(symlink.schema, given).success).toBe(false);
  },
);
