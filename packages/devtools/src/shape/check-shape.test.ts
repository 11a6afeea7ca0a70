import { expect, test } from 'vitest';
import { checkShape } from './check-shape.ts';

const RUN = `
import { createContext } from './context.ts';
import { survey } from './survey.ts';
import { plan } from './plan.ts';
import { act } from './act.ts';
import { judge } from './verdict.ts';
import { report } from './report/report.ts';

export async function run(inputs, actionContext) {
  const context = createContext(inputs, actionContext);
  const results = await act(plan(await survey(context)));
  return report(judge(results));
}
`;

/** A small action of the documented shape, with changes; `undefined` removes a file. */
function action(changes: Readonly<Record<string, string | undefined>> = {}, name = 'greet') {
  const names = ['main', 'inputs', 'input-parsers', 'context', 'survey', 'plan', 'act', 'verdict'];
  const files: Record<string, string | undefined> = {
    ...Object.fromEntries(names.map((file) => [`${file}.ts`, 'export {};'])),
    'run.ts': RUN,
    'report/report.ts': 'export {};',
    'testing/fake.ts': 'export {};',
    ...changes,
  };
  return new Map(
    Object.entries(files).flatMap(([file, text]) =>
      text === undefined ? [] : [[`actions/${name}/src/${file}`, text] as const],
    ),
  );
}

test('accepts an action of the documented shape', () => {
  expect(checkShape(action())).toEqual([]);
});

test('accepts a phase that is imported at the point of use', () => {
  const run = RUN.replace("import { act } from './act.ts';", '').replace(
    'await act(',
    "await (await import('./act.ts')).act(",
  );
  expect(checkShape(action({ 'run.ts': run }))).toEqual([]);
});

test.each([
  ['survey.ts', 'src/survey.ts is missing'],
  ['run.ts', 'src/run.ts is missing'],
  ['testing/fake.ts', 'src/testing/ is missing'],
])('reports a missing %s', (file, problem) => {
  expect(checkShape(action({ [file]: undefined })).join('\n')).toContain(problem);
});

test('reports a run.ts without the story', () => {
  const problems = checkShape(action({ 'run.ts': "import { act } from './act.ts';\nact();" }));
  expect(problems).toEqual([
    'actions/greet/src/run.ts: calls nothing from ./survey.ts',
    'actions/greet/src/run.ts: calls nothing from ./plan.ts',
    'actions/greet/src/run.ts: calls nothing from ./verdict.ts',
    'actions/greet/src/run.ts: calls nothing from ./report/report.ts',
  ]);
});

test('reports phases in another order', () => {
  const run = RUN.replace('report(judge(results))', 'judge(report(results))');
  expect(checkShape(action({ 'run.ts': run }))).toEqual([
    'actions/greet/src/run.ts: calls the phases in another order than survey, plan, act, verdict, report',
  ]);
});

test('reports a run.ts that does not fit on a screen', () => {
  expect(checkShape(action({ 'run.ts': RUN + '// more\n'.repeat(90) }))).toEqual([
    expect.stringContaining('more than 100'),
  ]);
});

test('requires the nine steps of deploy-rollback instead of the phases', () => {
  const problems = checkShape(action({}, 'deploy-rollback'));
  expect(problems).toContain(
    'actions/deploy-rollback: src/rollback/safety-snapshot.ts is missing (see docs/architecture.md)',
  );
  expect(problems).toContain(
    'actions/deploy-rollback/src/run.ts: calls nothing from ./rollback/lock.ts',
  );
});

test('reports two exported types of one name in an action', () => {
  const problems = checkShape(
    action({ 'plan.ts': 'export interface Answer {}', 'act.ts': 'export type Answer = 1;' }),
  );
  expect(problems).toEqual([
    'actions/greet: the type Answer is exported by actions/greet/src/plan.ts and actions/greet/src/act.ts',
  ]);
});

test('reports a fragment with one importer, not one that is loaded lazily or by a registry', () => {
  const problems = checkShape(
    action({
      'plan.ts': "import './rule.ts';",
      'rule.ts': 'export {};',
      'act.ts': "await import('./lazy.ts');",
      'lazy.ts': 'export {};',
      'kinds/registry.ts': "import './tcp.ts';",
      'kinds/tcp.ts': 'export {};',
    }),
  );
  expect(problems).toEqual([
    'actions/greet/src/rule.ts: 1 lines, imported only by actions/greet/src/plan.ts; merge it into that file',
  ]);
});

test.each(['utils.ts', 'helpers.ts', 'plan-fixture/fixtures/a.ts', 'plan.fixture.ts'])(
  'reports the name %s',
  (file) => {
    expect(checkShape(action({ [file]: 'export {};' }))).toHaveLength(1);
  },
);
