import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NAME = /^(?:org\/actions|\$)\/(?<workflow>\.github\/workflows\/)?(?<name>[\w.-]+?)(?:@v1)?$/;

/** A step or a job that uses something of ours. */
interface Use {
  readonly uses: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Input {
  readonly required?: boolean;
}

/** Every such step and job, however deep it stands. */
function usesIn(node: unknown): readonly Use[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'uses' in node && NAME.test(String(node.uses)) ? [node as Use] : [];
  return [...own, ...Object.values(node).flatMap(usesIn)];
}

/** What an action or a reusable workflow takes; undefined where there is none of that name. */
function inputsOf(uses: string): Readonly<Record<string, Input>> | undefined {
  const { workflow, name = '' } = NAME.exec(uses)?.groups ?? {};
  const path = workflow ? `.github/workflows/${name}` : `actions/${name}/action.yml`;
  if (!existsSync(join(root, path))) return undefined;
  const file = parse(readFileSync(join(root, path), 'utf8'));
  return (workflow ? file.on?.workflow_call?.inputs : file.inputs) ?? {};
}

function problemOf({ uses, with: given = {} }: Use): readonly string[] {
  const inputs = inputsOf(uses);
  if (inputs === undefined) return [`there is no ${uses}`];
  const unknown = Object.keys(given).filter((key) => !(key in inputs));
  const missing = Object.keys(inputs).filter((key) => inputs[key]?.required && !(key in given));
  return [
    ...unknown.map((key) => `${uses} has no input ${key}`),
    ...missing.map((key) => `${uses} needs ${key}`),
  ];
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(?:md|yml)$/.test(path) && existsSync(join(root, path)))
  .filter((path) => !/fixtures|template|pnpm-/.test(path))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const snippets = path.endsWith('.md')
      ? [...text.matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml)
      : [text];
    return { path, uses: snippets.flatMap((yaml) => usesIn(parse(yaml, { logLevel: 'silent' }))) };
  })
  .filter(({ uses }) => uses.length > 0);

test.each(files)('E34: what $path uses of ours exists and takes these inputs', ({ uses }) => {
  expect(uses.flatMap(problemOf)).toEqual([]);
});

test('they are found', () => {
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/workflows.md']));
  expect(paths.length).toBeGreaterThan(10);
});
