import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns the packages for which turbo runs `test` and `bundle` after a change in one package. */
function findAffected(name: string): readonly string[] {
  const turbo = join(root, 'node_modules/.bin/turbo');
  const args = ['run', 'test', 'bundle', `--filter=...@repo/${name}`, '--dry-run=json'];
  const plan = JSON.parse(
    execFileSync(turbo, args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as { readonly packages: readonly string[] };
  return (
    plan.packages
      .map((one) => one.replace('@repo/', ''))
      // The package of bundle tests has no dependents and no tasks.
      .filter((one) => one !== 'test')
      .toSorted()
  );
}

/** Returns a package and its direct and indirect dependents, according to package.json. */
function findDependents(name: string): readonly string[] {
  const manifests = ['packages', 'actions'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((one) => {
      const file = join(root, folder, one, 'package.json');
      try {
        return [{ name: one, ...JSON.parse(readFileSync(file, 'utf8')) }];
      } catch {
        // A composite action has no package.json.
        return [];
      }
    }),
  );
  const found = new Set([name]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const { name: one, dependencies = {}, devDependencies = {} } of manifests) {
      const uses = Object.keys({ ...dependencies, ...devDependencies });
      if (uses.some((used) => found.has(used.replace('@repo/', '')))) {
        found.add(one.replace('@repo/', ''));
      }
    }
  }
  return [...found].toSorted();
}

test.each(['core', 'docker', 'github', 'probe', 'health-check'])(
  'a change in %s rebuilds and tests only its dependents',
  (name) => {
    expect(findAffected(name)).toEqual(findDependents(name));
  },
);

test('an action has no dependents', () => {
  expect(findAffected('health-check')).toEqual(['health-check']);
});
