import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPorts, testTarget } from '../../testing/ports.ts';
import type { Ports, Strategy, Target } from '../strategy.ts';
import { command } from './command.ts';

const [GOOD, BAD] = ['a'.repeat(40), 'b'.repeat(40)];

let workspace: string;
let folder: string;
let log: string[];
let ports: Ports;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'command-'));
  folder = join(workspace, 'snapshot');
  mkdirSync(folder);
  log = [];
  ports = createPorts({ workspace, log, variables: { PATH: process.env.PATH ?? '' } });
});
afterEach(() => rmSync(workspace, { recursive: true }));

const createStrategy = (options: unknown): Strategy => v.parse(command.schema, options);
const target = testTarget(GOOD, BAD);

/** Creates a program that records its arguments, environment and input, and runs the script. */
function program(script: string): string {
  const path = join(workspace, 'tool');
  const seen = join(workspace, 'seen');
  writeFileSync(
    path,
    `#!/bin/sh\n{ printf '<%s>' "$@"; echo; env | grep -E '^(ROLLBACK_|INPUT_|GITHUB_TOKEN)' | sort; cat; } > ${seen}\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

const seen = () => readFileSync(join(workspace, 'seen'), 'utf8');

async function capture(strategy: Strategy): Promise<Target> {
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  return { ...target, snapshot: { folder, part, takenMs: 5 } };
}

describe('runs the commands of the user', () => {
  test('passes values to capture, preflight, apply and identify', async () => {
    const tool = program('echo "revision $1"; echo to-stderr >&2');
    const strategy = createStrategy({
      capture: [tool, 'current'],
      preflight: [tool, 'can', '--to={captured}'],
      apply: [tool, 'undo', '--to={captured}', '{to}', 'a b; rm -rf $HOME', '{.items}'],
      identify: `${tool} current`,
      expect: '{captured}',
    });
    const saved = await capture(strategy);
    expect(saved.snapshot?.part).toEqual({ format: 'command/v1', output: 'revision current' });
    expect(seen()).toBe(
      `<current>\nROLLBACK_SNAPSHOT=${folder}\nROLLBACK_STEP=capture\n{"step":"capture","snapshot":"${folder}"}\n`,
    );

    expect(await strategy.preflight(saved, ports)).toMatchObject({ kind: 'ready', warnings: [] });
    expect(seen()).toContain('<can><--to=revision current>');
    expect(await strategy.apply(saved, ports)).toEqual({ done: 'revision undo' });
    const [args, ...rest] = seen().trimEnd().split('\n');
    expect(args).toBe(`<undo><--to=revision current><${GOOD}><a b; rm -rf $HOME><{.items}>`);
    expect(rest).toEqual([
      'ROLLBACK_CAPTURED=revision current',
      'ROLLBACK_DEPLOYMENT_ID=',
      `ROLLBACK_FROM=${BAD}`,
      'ROLLBACK_ID=rb-1',
      `ROLLBACK_SNAPSHOT=${folder}`,
      'ROLLBACK_STEP=apply',
      `ROLLBACK_TO=${GOOD}`,
      expect.any(String),
    ]);
    expect(JSON.parse(rest.at(-1) ?? '')).toEqual({
      step: 'apply',
      to: GOOD,
      from: BAD,
      rollbackId: 'rb-1',
      captured: 'revision current',
      snapshot: folder,
      takenMs: 5,
    });
    expect(await strategy.identify?.(saved, ports)).toEqual({
      kind: 'same',
      found: 'revision current',
    });
    expect(log).toContain('Output of apply');
    expect(log).toContain('to-stderr');
  });

  test('reports a different or unknown release', async () => {
    const tool = program('echo v2');
    const applied = { apply: [tool] };
    const identified = (more: object) =>
      createStrategy({ ...applied, ...more }).identify?.(target, ports);
    expect(await identified({ identify: [tool], expect: 'v1' })).toEqual({
      kind: 'other',
      found: 'v2',
      expected: 'v1',
    });
    expect(await identified({ identify: ['false'] })).toMatchObject({ kind: 'other' });
    expect(await identified({ identify: ['true'] })).toMatchObject({ kind: 'same' });
    expect(await identified({ identify: ['not-there'] })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('not installed'),
    });
    expect(await identified({ identify: ['sleep', '60'], timeout: '50ms' })).toMatchObject({
      kind: 'unknown',
      reason: 'it timed out after 50ms',
    });
    expect(await identified({})).toBeUndefined();
  });

  test('stores a long output of capture in a private file', async () => {
    const saved = await capture(createStrategy({ capture: ['seq', '1', '2000'], apply: 'true' }));
    expect(saved.snapshot?.part).toEqual({ format: 'command/v1', output: '' });
    expect(readFileSync(join(folder, 'output'), 'utf8')).toMatch(/^1\n2\n[\d\n]*2000\n$/);
  });
});

describe('the preflight finds problems', () => {
  test.each([
    ['a missing program', { apply: ['not-there'] }, /not-there is not installed on the runner/],
    [
      'a failed preflight',
      { apply: 'true', preflight: 'false' },
      /the preflight command failed: exit/,
    ],
    [
      'a preflight that times out',
      { apply: 'true', preflight: 'sleep 60', timeout: '50ms' },
      /timed out after 50ms/,
    ],
    [
      'no snapshot',
      { capture: 'true', apply: ['echo', '{captured}'] },
      /no snapshot of this part exists/,
    ],
    ['no capture', { apply: ['echo', '{captured}'] }, /the snapshot has no output of capture/],
  ])('%s', async (_, options, problem) => {
    expect(await createStrategy(options).preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
  });

  test('reports an unknown release, and a value that would become an option', async () => {
    const strategy = createStrategy({
      capture: ['printf', '%s', '--force'],
      apply: ['echo', '{captured}'],
    });
    expect(await strategy.preflight(await capture(strategy), ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(/starts with "-", like an option/),
    });
    const to = createStrategy({ apply: ['echo', '{to}'] });
    expect(await to.preflight({ ...target, revision: '' }, ports)).toMatchObject({
      problem: 'the SHA of the release to restore is unknown',
    });
  });

  test('warns without a preflight', async () => {
    expect(await createStrategy({ apply: 'true' }).preflight(target, ports)).toMatchObject({
      kind: 'ready',
      warnings: [expect.stringMatching(/preflight is not set/)],
    });
  });
});

test('reports the last line of a failed command, and stops it when cancelled', async () => {
  const tool = program(
    'echo first >&2; printf "::set-env name=a::b\\n\\033[31mlast words" >&2; exit 3',
  );
  const strategy = createStrategy({ apply: [tool] });
  await expect(strategy.apply(target, ports)).rejects.toThrow(
    'the apply command failed: exit code 3, last words',
  );
  await expect(capture(createStrategy({ apply: 'true', capture: [tool] }))).rejects.toThrow(
    /capture/,
  );
  const signal = AbortSignal.timeout(50);
  await expect(
    createStrategy({ apply: ['sleep', '60'] }).apply(target, { ...ports, signal }),
  ).rejects.toThrow(/timeout/i);
});

test.each([
  [{}, /apply/],
  [{ apply: '' }, /no word/],
  [{ apply: [] }, /does not name a program/],
  [{ apply: 'echo "' }, /quote/],
  [{ apply: 'true', timeout: '5' }, /no unit/],
  [{ apply: 'true', expect: 'x' }, /without identify/],
  [{ apply: 'true', shell: true }, /command supports/],
])('rejects %j', (given, message) => {
  const read = v.safeParse(command.schema, given);
  expect(read.issues?.map((issue) => issue.message).join()).toMatch(message);
});
