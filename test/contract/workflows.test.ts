import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { validate } from '@actions/languageservice';
import { listTrackedFiles } from '@repo/devtools/tracked-files';
import { describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { engine, GO_BIN } from '../real/engine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const actionlint = engine(
  'actionlint',
  'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  [GO_BIN],
);

const ZIZMOR = join(homedir(), '.local/share/zizmor');
const zizmor = engine('zizmor', 'pip install --target ~/.local/share/zizmor zizmor==1.32.0', [
  join(ZIZMOR, 'bin'),
]);

/** The workflows of this repository, the reusable ones, and those of the examples. */
const workflows = listTrackedFiles(root).filter((path) =>
  /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
);

async function findProblems(text: string): Promise<readonly string[]> {
  // The service caches documents by URL.
  const name = createHash('sha256').update(text).digest('hex');
  const address = `file:///repo/.github/workflows/${name}.yml`;
  const found = await validate(TextDocument.create(address, 'yaml', 1, text));
  return found.map(({ message, range }) => `line ${range.start.line + 1}: ${message}`);
}

/** A pinned third-party action, `owner/name`; several actions of one repository share its pin. */
interface Pin {
  readonly action: string;
  readonly pin: string;
}

/** Finds `owner/name/path@<SHA> # <version>`. */
function findPins(text: string): readonly Pin[] {
  const pins = text.matchAll(/uses: ([\w.-]+\/[\w.-]+)(?:\/[\w./-]+)?@([0-9a-f]{40}.*)$/gm);
  return [...pins].map(([, action = '', pin = '']) => ({ action, pin: pin.trim() }));
}

describe.each(workflows)('%s', (path) => {
  test("is valid for GitHub's language service", async () => {
    expect(await findProblems(await readFile(join(root, path), 'utf8'))).toEqual([]);
  });

  test('declares permissions and pins third-party actions by SHA', async () => {
    const text = await readFile(join(root, path), 'utf8');
    expect(text).toMatch(/^permissions:/m);
    const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, one = '']) => one.trim());
    const pinned = /^(\$\/|\.\/|org\/actions\/|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/;
    expect(uses.filter((one) => !pinned.test(one))).toEqual([]);
    // GitHub retires this image on 2027-04-17.
    expect(text).not.toContain('ubuntu-22.04');
  });
});

test('every workflow pins the same version of an action, and documents name its major version', async () => {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  const pins = (await Promise.all(workflows.map(read))).flatMap(findPins);
  const versions = Map.groupBy(pins, ({ action }) => action);
  const different = [...versions].filter(([, all]) => new Set(all.map(({ pin }) => pin)).size > 1);
  expect(different.map(([action]) => action)).toEqual([]);
  const documents = listTrackedFiles(root).filter((path) => path.endsWith('.md'));
  const outdated = (await Promise.all(documents.map(read))).flatMap((text, index) =>
    [...text.matchAll(/uses: ([\w.-]+\/[\w.-]+)@(v\d+)\b/g)]
      .filter(([, action = '', major]) => {
        const pin = versions.get(action)?.[0]?.pin;
        return pin !== undefined && !pin.includes(`# ${major}.`);
      })
      .map(([uses]) => `${documents[index]}: ${uses}`),
  );
  expect(outdated).toEqual([]);
});

test.skipIf(actionlint.path === undefined)(
  `actionlint reports no problems ${actionlint.needs}`,
  () => {
    const config = ['-config-file', join(root, '.github/actionlint.yaml')];
    // The shell checks require further programs.
    const args = ['-no-color', '-shellcheck=', '-pyflakes=', ...config, ...workflows];
    const { stdout, status } = spawnSync(actionlint.path ?? '', args, {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
    expect(status).toBe(0);
    expect(workflows.length).toBeGreaterThan(1);
  },
);

test.skipIf(zizmor.path === undefined)(
  `zizmor reports no problems in workflows and composite actions ${zizmor.needs}`,
  () => {
    const args = ['--offline', '--no-progress', '--quiet', '--color=never', '.'];
    const { stdout, status } = spawnSync(zizmor.path ?? '', args, { cwd: root, encoding: 'utf8' });
    expect(stdout).toMatch(/^No findings to report/);
    expect(status).toBe(0);
  },
);

test('the release uses no caches and builds with read permissions only', async () => {
  const text = await readFile(join(root, '.github/workflows/release.yml'), 'utf8');
  expect(text).not.toMatch(/actions\/cache|cache: (?!false)/);
  const { jobs } = parse(text);
  expect(jobs.build.permissions).toEqual({ contents: 'read' });
  expect(Object.keys(jobs.publish.permissions).toSorted()).toEqual([
    'attestations',
    'contents',
    'id-token',
  ]);
});
