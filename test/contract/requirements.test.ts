import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The requirements of the systems that we serve, by their ids, as far as they are built: every one
 * is named by a test or a document that shows it. Left out: H30, D15 and the like, which are not
 * ours (host housekeeping, registry APIs).
 */
const BUILT: Readonly<Record<string, readonly string[]>> = {
  'health-check': range('H', 1, 29),
  'docker-label-cleanup': [...range('D', 1, 14), 'D16'],
  'perf-regression': range('P', 1, 25),
  'proxy-retest': range('X', 1, 24),
  // Out: email and Datadog by SMTP and API (E4, E5, E23: the webhook serves them), and what other
  // actions do (E22, E24, E25, E27, E31 to E33, E36).
  shared: [
    ...range('E', 1, 3),
    ...range('E', 6, 21),
    'E26',
    ...range('E', 28, 30),
    ...range('E', 34, 35),
    ...range('E', 37, 39),
  ],
  // R20, canaries, needs control over traffic.
  'deploy-rollback': [...range('R', 1, 19), 'R21', 'R22'],
};

const texts = execFileSync('git', ['ls-files', '*.test.ts', '*.md', '*.yml'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  // To be in this list is not to be shown.
  .filter((file) => !file.endsWith('contract/requirements.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'));

test.each(Object.entries(BUILT))('each requirement on %s is named where it is shown', (_, ids) => {
  const missing = ids.filter((id) => !texts.some((text) => new RegExp(`\\b${id}\\b`).test(text)));
  expect(missing).toEqual([]);
});

function range(letter: string, first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${letter}${first + index}`);
}
