import { expect, test } from 'vitest';
import { createMasker } from './masking.ts';
import { createStepLog } from './step-log.ts';

function read(lines: readonly string[], debug = false) {
  const step = createStepLog({ masker: createMasker(), workspace: '/work', debug });
  for (const line of lines) step.accept(line);
  return step.facts;
}

test('reads locations and titles of annotations, relative to the workspace', () => {
  const { annotations, log } = read([
    '::error file=/work/src/a.ts,line=3,endLine=4,col=5,title=Oops::broken%0Abadly',
    '::warning file=/etc/passwd,line=x::w',
    '##[notice]n',
  ]);
  expect(annotations).toEqual([
    {
      level: 'error',
      message: 'broken\nbadly',
      title: 'Oops',
      file: 'src/a.ts',
      line: 3,
      endLine: 4,
      column: 5,
    },
    { level: 'warning', message: 'w', file: '/etc/passwd' },
    { level: 'notice', message: 'n' },
  ]);
  expect(log).toEqual(['##[error]broken\nbadly', '##[warning]w', '##[notice]n']);
});

test('drops the eleventh annotation of a level, but keeps it in the log', () => {
  const errors = Array.from({ length: 11 }, (_, index) => `::error::${index}`);
  const { annotations, droppedAnnotations, log } = read([...errors, '::warning::w']);
  expect(annotations.map(({ message }) => message)).toEqual([...'0123456789', 'w']);
  expect(droppedAnnotations).toEqual([{ level: 'error', message: '10' }]);
  expect(log).toContain('##[error]10');
});

test('truncates a message at 4,096 characters', () => {
  expect(read([`::error::${'x'.repeat(5_000)}`]).annotations[0]?.message).toHaveLength(4_096);
});

test('masks values from the next line on, in the log and annotations', () => {
  const { log, masks, annotations, printed } = read([
    'hunter2',
    '::add-mask::hunter2',
    'say hunter2',
    '::error title=hunter2::hunter2',
  ]);
  expect(masks).toEqual(['hunter2']);
  expect(log).toEqual(['hunter2', 'say ***', '##[error]***']);
  expect(annotations).toEqual([{ level: 'error', message: '***', title: '***' }]);
  expect(printed).toEqual(['hunter2', 'say hunter2', '::error title=hunter2::hunter2', 'hunter2']);
});

test('warns about an empty mask', () => {
  const { masks, warnings } = read(['::add-mask:: ']);
  expect(masks).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('empty string')]);
});

test('ignores commands between stop-commands and its token', () => {
  const { annotations, log, commandFailed } = read([
    '::stop-commands::To-Ken1',
    '::error::a',
    '::set-env name=A::1',
    '::other::',
    '::to-ken1::',
    '::error::b',
  ]);
  expect(annotations).toEqual([{ level: 'error', message: 'b' }]);
  expect(commandFailed).toBe(false);
  expect(log).toEqual([
    '::stop-commands::***',
    '::error::a',
    '::set-env name=A::1',
    '::other::',
    '::to-ken1::',
    '##[error]b',
  ]);
});

test.each(['', 'error', 'stop-commands'])('rejects the stop token "%s"', (token) => {
  const { commandFailed, annotations } = read([`::stop-commands::${token}`, '::notice::heard']);
  expect(commandFailed).toBe(true);
  expect(annotations.at(-1)).toEqual({ level: 'notice', message: 'heard' });
});

test.each(['set-env name=A', 'add-path'])('fails the step for the disabled %s', (command) => {
  const { commandFailed, annotations, warnings } = read([`  ::${command}::/x`]);
  expect(commandFailed).toBe(true);
  expect(annotations.map(({ level }) => level)).toEqual(['error', 'error']);
  expect(warnings[1]).toContain('command is disabled');
});

test('supports and reports set-output and save-state', () => {
  const { outputs, state, deprecatedCommands, commandFailed } = read([
    '::set-output name=a::1%0A2',
    '::save-state name=b::3',
  ]);
  expect(Object.fromEntries(outputs)).toEqual({ a: '1\n2' });
  expect(Object.fromEntries(state)).toEqual({ b: '3' });
  expect(deprecatedCommands).toEqual(['set-output', 'save-state']);
  expect(commandFailed).toBe(false);
});

test('fails the step for set-output without a name', () => {
  expect(read(['::set-output::1']).commandFailed).toBe(true);
});

test('shows groups in the log, and debug lines only with debugging', () => {
  const lines = ['::group::Probe', 'inside', '::endgroup::', '::debug::deep'];
  expect(read(lines)).toMatchObject({
    log: ['##[group]Probe', 'inside', '##[endgroup]'],
    debug: ['deep'],
  });
  expect(read(lines, true).log).toEqual([
    '::group::Probe',
    '##[group]Probe',
    'inside',
    '::endgroup::',
    '##[endgroup]',
    '##[debug]deep',
  ]);
});

test('echoes commands after echo::on', () => {
  const { log, commandFailed } = read(['::echo::on', '::group::g', '::echo::off', '::group::h']);
  expect(log).toEqual(['::group::g', '##[group]g', '::echo::off', '##[group]h']);
  expect(commandFailed).toBe(false);
  expect(read(['::echo::maybe']).commandFailed).toBe(true);
});
