import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** What a run came to. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const NEEDS = /\bneeds ([^:()]+): ([^()]+)/;

/**
 * Closes every run with what was skipped, why and how to get it, and then, as the very last line,
 * `N passed, N failed, N skipped` over all projects.
 *
 * A test says what it lacks in its name, in that of a `describe` around it, or in the note of
 * `context.skip`: `describe.skipIf(!nginx)('nginx (needs nginx: apt-get install nginx)', …)`.
 *
 * Failed are, beside tests: files and suites that did not load, errors that nobody caught, tests
 * that never ended. With `REQUIRE_REAL=1` a skipped test is a failed one.
 */
export default class TallyReporter implements Reporter {
  #tally: Tally = { passed: 0, failed: 0, skipped: 0 };

  // Said on exit, for whatever vitest still has to say (and a set-up that throws skips the end of
  // the run altogether) comes before it.
  onInit(): void {
    process.on('exit', (code) => {
      const { passed, failed, skipped } = this.#tally;
      const atLeast = code === 0 ? 0 : 1;
      const line = `${passed} passed, ${Math.max(failed, atLeast)} failed, ${skipped} skipped`;
      process.stdout.write(`\n${line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter(isSkipped);
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

/** In a skipped group inside of a skipped group, vitest leaves tests `pending`. */
function isSkipped(test: TestCase): boolean {
  const { state } = test.result();
  return state === 'skipped' || (state === 'pending' && suitesAround(test).some(isSkippedSuite));
}

function isSkippedSuite({ options }: TestSuite): boolean {
  return options.mode === 'skip';
}

function suitesAround(test: TestCase): readonly TestSuite[] {
  const suites: TestSuite[] = [];
  for (let at = test.parent; at.type === 'suite'; at = at.parent) suites.push(at);
  return suites;
}

function describeSkipped(tests: readonly TestCase[], strict: boolean): string {
  if (tests.length === 0) return '';
  const groups = Object.groupBy(tests, lackOf);
  const lines = Object.entries(groups).map(([lack, group]) => `  ${group?.length} × ${lack}`);
  const title = strict ? 'Skipped, which REQUIRE_REAL=1 forbids' : 'Skipped';
  return `\n${title}:\n${lines.sort().join('\n')}\n`;
}

function lackOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? (result.note ?? '') : '';
  for (const text of [note, test.name, ...suitesAround(test).map(({ name }) => name)]) {
    const [, engine, install] = NEEDS.exec(text) ?? [];
    if (engine && install) return `needs ${engine.trim()}: ${install.trim()}`;
  }
  return `${test.module.relativeModuleId}: ${note || 'no reason given'}`;
}
