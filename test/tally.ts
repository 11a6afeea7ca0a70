import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** The result of a run. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Files of a run whose times are printed, and how many slow files. */
const LARGE_RUN = 50;
const SLOWEST = 15;

const NEEDS = /\bneeds ([^:()]+): ([^()]+)/;

/**
 * Prints at the end of every run the skipped tests with their requirement and how to install it,
 * then, as the last line, `N passed, N failed, N skipped` for all projects.
 *
 * The name of a test, the name of its `describe` or the note of `context.skip` contains the
 * requirement: `describe.skipIf(!nginx)('nginx (needs nginx: apt-get install nginx)', …)`.
 *
 * Files and suites that do not load, unhandled errors and unfinished tests count as failures. With
 * `REQUIRE_REAL=1`, skipped tests count as failures too.
 */
export default class TallyReporter implements Reporter {
  #tally: Tally = { passed: 0, failed: 0, skipped: 0 };

  // Printed on exit, after all other output of vitest. If the setup throws, vitest skips the end of
  // the run.
  onInit(): void {
    process.on('exit', (code) => {
      const { passed, failed, skipped } = this.#tally;
      const atLeast = code === 0 ? 0 : 1;
      const line = `${passed} passed, ${Math.max(failed, atLeast)} failed, ${skipped} skipped`;
      process.stdout.write(`\n${line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const all = modules.flatMap((module) => [...module.children.allTests()]);
    const tests = all.filter((test) => !(isSkipped(test) && runsElsewhere(test)));
    const skipped = tests.filter(isSkipped);
    process.stdout.write(describeTimes(modules));
    const strict = process.env.REQUIRE_REAL === '1';
    process.stdout.write(describeSkipped(skipped, strict));
    const tally = count(tests, modules, unhandledErrors.length);
    this.#tally = strict ? { ...tally, failed: tally.failed + tally.skipped, skipped: 0 } : tally;
    if (this.#tally.failed > 0) process.exitCode = 1;
  }
}

function count(
  tests: readonly TestCase[],
  modules: readonly TestModule[],
  unhandledErrors: number,
): Tally {
  const ran = tests.filter((test) => !isSkipped(test));
  const inState = (...states: string[]) =>
    ran.filter((test) => states.includes(test.result().state)).length;
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  return {
    passed: inState('passed'),
    failed:
      inState('failed', 'pending') +
      suites.filter((suite) => suite.errors().length > 0).length +
      unhandledErrors,
    skipped: tests.length - ran.length,
  };
}

/**
 * The project `windows` repeats files of the project `e2e`. A test that it skips, because Windows has no
 * shell or no namespaces, runs there.
 */
function runsElsewhere(test: TestCase): boolean {
  return test.project.name === 'windows' && test.module.relativeModuleId.startsWith('test/e2e/');
}

/** The slowest files of a large run, and how long the tests of each project took in total. */
function describeTimes(modules: readonly TestModule[]): string {
  if (modules.length < LARGE_RUN) return '';
  const times = modules.map((module) => ({
    project: module.project.name,
    file: module.relativeModuleId,
    ms: module.diagnostic().duration,
  }));
  const slowest = times.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST);
  const projects = Object.entries(Object.groupBy(times, ({ project }) => project)).map(
    ([project, group = []]) => {
      const ms = group.reduce((sum, one) => sum + one.ms, 0);
      return `  ${minutes(ms)} ${project} (${group.length} files)`;
    },
  );
  const files = slowest.map(({ project, file, ms }) => `  ${minutes(ms)} ${project} ${file}`);
  return `\nMinutes of tests:\n${projects.join('\n')}\nSlowest files:\n${files.join('\n')}\n`;
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1).padStart(5);
}

/** vitest leaves tests `pending` in a skipped group within a skipped group. */
function isSkipped(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'skipped' || (state === 'pending' && findSuites(test).some(isSkippedSuite));
}

function isSkippedSuite({ options }: TestSuite): boolean {
  return options.mode === 'skip';
}

function findSuites(test: TestCase): readonly TestSuite[] {
  const suites: TestSuite[] = [];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) suites.push(at);
  return suites;
}

function describeSkipped(tests: readonly TestCase[], strict: boolean): string {
  if (tests.length === 0) return '';
  const groups = Object.groupBy(tests, findRequirement);
  const lines = Object.entries(groups).map(
    ([requirement, group]) => `  ${group?.length} × ${requirement}`,
  );
  const title = strict ? 'Skipped (not allowed with REQUIRE_REAL=1)' : 'Skipped';
  return `\n${title}:\n${lines.sort().join('\n')}\n`;
}

function findRequirement(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? (result.note ?? '') : '';
  for (const text of [note, test.name, ...findSuites(test).map(({ name }) => name)]) {
    const [, engine, install] = NEEDS.exec(text) ?? [];
    if (engine && install) return `needs ${engine.trim()}: ${install.trim()}`;
  }
  return `${test.module.relativeModuleId}: ${note || 'no reason given'}`;
}
