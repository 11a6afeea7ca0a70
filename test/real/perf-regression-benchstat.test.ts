import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engine } from './engine.ts';

const fixtures = fileURLToPath(
  new URL('../../actions/perf-regression/src/statistics/fixtures', import.meta.url),
);
const benchstat = engine('benchstat', 'go install golang.org/x/perf/cmd/benchstat@latest');

describe.skipIf(!benchstat.path)(`benchstat ${benchstat.needs}`, () => {
  test('prints the output that is checked in', () => {
    const output = execFileSync(benchstat.path ?? '', ['-format', 'csv', 'old.txt', 'new.txt'], {
      cwd: fixtures,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(output).toBe(readFileSync(`${fixtures}/benchstat.csv`, 'utf8'));
  });
});
