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

const strategyOf = (options: unknown): Strategy => v.parse(command.schema, options);
const target = testTarget(GOOD, BAD);

/** A program that writes down what it was called with, and then does as the script says. */
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

async function keep(strategy: Strategy): Promise<Target> {
  const part = JSON.parse(JSON.stringify(await strategy.capture?.(folder, ports)));
  return { ...target, kept: { folder, part, takenMs: 5 } };
}

describe('a command of the user brings it back', () => {
  test('capture, preflight, apply and identify, with what they are told', async () => {
    const tool = program('echo "revision $1"; echo to-stderr >&2');
    const strategy = strategyOf({
      capture: [tool, 'current'],
      preflight: [tool, 'can', '--to={kept}'],
      apply: [tool, 'undo', '--to={kept}', '{to}', 'a b; rm -rf $HOME', '{.items}'],
      identify: `${tool} current`,
      expect: '{kept}',
    });
    const whole = await keep(strategy);
    expect(whole.kept?.part).toEqual({ format: 'command/v1', output: 'revision current' });
    expect(seen()).toBe(
      `<current>\nROLLBACK_SNAPSHOT=${folder}\nROLLBACK_STEP=capture\n{"step":"capture","snapshot":"${folder}"}\n`,
    );

    expect(await strategy.preflight(whole, ports)).toMatchObject({ kind: 'ready', warnings: [] });
    expect(seen()).toContain('<can><--to=revision current>');
    expect(await strategy.apply(whole, ports)).toEqual({ done: 'revision undo' });
    const [args, ...rest] = seen().trimEnd().split('\n');
    expect(args).toBe(`<undo><--to=revision current><${GOOD}><a b; rm -rf $HOME><{.items}>`);
    expect(rest).toEqual([
      'ROLLBACK_DEPLOYMENT_ID=',
      `ROLLBACK_FROM=${BAD}`,
      'ROLLBACK_ID=rb-1',
      'ROLLBACK_KEPT=revision current',
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
      kept: 'revision current',
      snapshot: folder,
      takenMs: 5,
    });
    expect(await strategy.identify?.(whole, ports)).toEqual({
      kind: 'same',
      found: 'revision current',
    });
    expect(log).toContain('Output of apply');
    expect(log).toContain('to-stderr');
  });

  test('identity is other, or cannot be told', async () => {
    const tool = program('echo v2');
    const applied = { apply: [tool] };
    const identified = (more: object) =>
      strategyOf({ ...applied, ...more }).identify?.(target, ports);
    expect(await identified({ identify: [tool], expect: 'v1' })).toEqual({
      kind: 'other',
      found: 'v2',
      expected: 'v1',
    });
    expect(await identified({ identify: ['false'] })).toMatchObject({ kind: 'other' });
    expect(await identified({ identify: ['true'] })).toMatchObject({ kind: 'same' });
    expect(await identified({ identify: ['not-there'] })).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('not installed'),
    });
    expect(await identified({ identify: ['sleep', '60'], timeout: '50ms' })).toMatchObject({
      kind: 'unknown',
      why: 'it did not end within 50ms',
    });
    expect(await identified({})).toBeUndefined();
  });

  test('long output of capture is kept as a file, for nobody else', async () => {
    const whole = await keep(strategyOf({ capture: ['seq', '1', '2000'], apply: 'true' }));
    expect(whole.kept?.part).toEqual({ format: 'command/v1', output: '' });
    expect(readFileSync(join(folder, 'output'), 'utf8')).toMatch(/^1\n2\n[\d\n]*2000\n$/);
  });
});

describe('what cannot be done is found in preflight', () => {
  test.each([
    ['a program that is not there', { apply: ['not-there'] }, /not-there is not installed here/],
    ['a preflight that says no', { apply: 'true', preflight: 'false' }, /preflight failed: exit/],
    [
      'a preflight that never ends',
      { apply: 'true', preflight: 'sleep 60', timeout: '50ms' },
      /did not end within 50ms/,
    ],
    ['nothing kept', { capture: 'true', apply: ['echo', '{kept}'] }, /there is no snapshot/],
    ['no capture', { apply: ['echo', '{kept}'] }, /nothing was kept/],
  ])('%s', async (_, options, problem) => {
    expect(await strategyOf(options).preflight(target, ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(problem),
    });
  });

  test('a release that is not known; a value that would be an option', async () => {
    const strategy = strategyOf({
      capture: ['printf', '%s', '--force'],
      apply: ['echo', '{kept}'],
    });
    expect(await strategy.preflight(await keep(strategy), ports)).toMatchObject({
      kind: 'impossible',
      problem: expect.stringMatching(/take it for an option/),
    });
    const to = strategyOf({ apply: ['echo', '{to}'] });
    expect(await to.preflight({ ...target, revision: '' }, ports)).toMatchObject({
      problem: 'the release to go back to is not known',
    });
  });

  test('without a preflight it says that it cannot know', async () => {
    expect(await strategyOf({ apply: 'true' }).preflight(target, ports)).toMatchObject({
      kind: 'ready',
      warnings: [expect.stringMatching(/without preflight/)],
    });
  });
});

test('a command that fails is an error with its last words; a cancel ends it', async () => {
  const tool = program(
    'echo first >&2; printf "::set-env name=a::b\\n\\033[31mlast words" >&2; exit 3',
  );
  const strategy = strategyOf({ apply: [tool] });
  await expect(strategy.apply(target, ports)).rejects.toThrow(
    'the command of apply failed: exit code 3, last words',
  );
  await expect(keep(strategyOf({ apply: 'true', capture: [tool] }))).rejects.toThrow(/capture/);
  const signal = AbortSignal.timeout(50);
  await expect(
    strategyOf({ apply: ['sleep', '60'] }).apply(target, { ...ports, signal }),
  ).rejects.toThrow(/timeout/i);
});

test.each([
  [{}, /apply/],
  [{ apply: '' }, /no word/],
  [{ apply: [] }, /names no program/],
  [{ apply: 'echo "' }, /quote/],
  [{ apply: 'true', timeout: '5' }, /no unit/],
  [{ apply: 'true', expect: 'x' }, /without identify/],
  [{ apply: 'true', shell: true }, /command knows/],
])('%j is refused', (given, message) => {
  const read = v.safeParse(command.schema, given);
  expect(read.issues?.map((issue) => issue.message).join()).toMatch(message);
});
