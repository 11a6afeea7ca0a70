import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@repo/core/errors/input-error';
import type { InputDefinition } from '@repo/core/inputs/define-inputs';
import { listTrackedFiles } from '@repo/devtools/tracked-files';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NAME =
  /^(?:org\/actions|\$|\.\/release)\/(?<workflow>\.github\/workflows\/)?(?<name>[\w.-]+?)(?:@v1)?$/;

/** A step or a job that uses an action or a workflow of this repository. */
interface Use {
  readonly uses: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Input {
  readonly required?: boolean;
  readonly default?: unknown;
}

/** The inputs that composites and reusable workflows pass on, and the target action. */
const PASSED_ON: Readonly<Record<string, string>> = {
  strategies: 'deploy-rollback',
  checks: 'health-check',
};

/** Finds all such steps and jobs at any depth. */
function findUses(node: unknown): readonly Use[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'uses' in node && NAME.test(String(node.uses)) ? [node as Use] : [];
  return [...own, ...Object.values(node).flatMap(findUses)];
}

/** Reads snippets with only strategies or inputs, as in the docs of deploy-rollback. */
function readRollbackSnippet(yaml: string): readonly Use[] {
  const uses = 'org/actions/deploy-rollback@v1';
  const shown: unknown = parse(yaml, { logLevel: 'silent' });
  if (Array.isArray(shown)) return [{ uses, with: { strategies: yaml } }];
  const isInputs = typeof shown === 'object' && shown !== null && 'strategies' in shown;
  return isInputs ? [{ uses, with: { ...shown } }] : [];
}

/** Reads the inputs of an action or a reusable workflow; `undefined` if it does not exist. */
function readInputs(uses: string): Readonly<Record<string, Input>> | undefined {
  const { workflow, name = '' } = NAME.exec(uses)?.groups ?? {};
  const path = workflow ? `.github/workflows/${name}` : `actions/${name}/action.yml`;
  if (!existsSync(join(root, path))) return undefined;
  const file = parse(readFileSync(join(root, path), 'utf8'));
  return (workflow ? file.on?.workflow_call?.inputs : file.inputs) ?? {};
}

function findProblems({ uses, with: given = {} }: Use): readonly string[] {
  const inputs = readInputs(uses);
  if (inputs === undefined) return [`${uses} does not exist`];
  const unknown = Object.keys(given).filter((key) => !(key in inputs));
  const missing = Object.keys(inputs).filter((key) => inputs[key]?.required && !(key in given));
  return [
    ...unknown.map((key) => `${uses} has no input ${key}`),
    ...missing.map((key) => `${uses} requires ${key}`),
  ];
}

/** Validates the inputs with the parsers of the action; ignores values with expressions. */
async function findInvalidInputs({ uses, with: given = {} }: Use): Promise<readonly string[]> {
  const { name = '' } = NAME.exec(uses)?.groups ?? {};
  const source = join(root, 'actions', name, 'src/inputs.ts');
  if (!existsSync(source)) {
    const passedOn = Object.entries(PASSED_ON).filter(([input]) => input in given);
    const all = passedOn.map(([input, to]) =>
      findInvalidInputs({ uses: `org/actions/${to}@v1`, with: { [input]: given[input] } }),
    );
    return (await Promise.all(all)).flat();
  }
  const { inputs }: { readonly inputs: InputDefinition<unknown> } = await import(source);
  const known = readInputs(uses) ?? {};
  const text = (input: string) => String(given[input] ?? known[input]?.default ?? '');
  try {
    await inputs.parse(text, () => {});
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems
      .filter(({ where }) => !text(where.split(':')[0] ?? '').includes('${{'))
      .map(({ where, problem }) => `${uses}: ${where} ${problem}`);
  }
}

const files = listTrackedFiles(root)
  .filter((path) => /\.(?:md|yml)$/.test(path))
  .filter((path) => !/fixtures|template|pnpm-/.test(path))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const snippets = path.endsWith('.md')
      ? [...text.matchAll(/^```ya?ml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml)
      : [text];
    const own = /^docs\/(?:rollback-|recipes\/)/.test(path)
      ? snippets.flatMap(readRollbackSnippet)
      : [];
    const uses = snippets.flatMap((yaml) => findUses(parse(yaml, { logLevel: 'silent' })));
    return { path, uses: [...own, ...uses] };
  })
  .filter(({ uses }) => uses.length > 0);

test.each(files)('actions and inputs used in $path exist', ({ uses }) => {
  expect(uses.flatMap(findProblems)).toEqual([]);
});

test.each(files)('input values in $path are valid', async ({ uses }) => {
  expect((await Promise.all(uses.map(findInvalidInputs))).flat()).toEqual([]);
});

test('finds the snippets', () => {
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/workflows.md']));
  expect(paths.length).toBeGreaterThan(10);
});
