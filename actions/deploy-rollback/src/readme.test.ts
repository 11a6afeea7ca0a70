import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputs } from './inputs.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${folder}/README.md`, 'utf8');
const defaults = new Map(
  (await readActionManifest(folder)).inputs.map(({ name, default: text = '' }) => [name, text]),
);
const examples = [...readme.matchAll(/<!-- example:(\S+) -->\n```yaml\n(.*?)```/gs)].map(
  ([, name = '', yaml = '']) => [name, yaml] as const,
);

/** Values of the expressions. */
const VALUES: Readonly<Record<string, string>> = {
  'github.token': 'token',
  'inputs.environment': 'staging',
  'inputs.target': 'auto',
  'inputs.dry-run': 'true',
  'github.actor': 'octocat',
  'secrets.SLACK_WEBHOOK': 'https://hooks.slack.com/services/T/B/x',
  'job.status': 'success',
};

test.each(examples)('the example %s has valid inputs', async (_, yaml) => {
  const steps = stepsIn(parse(yaml));
  expect(steps.length).toBeGreaterThan(0);
  for (const given of steps) {
    expect([...defaults.keys()]).toEqual(expect.arrayContaining(Object.keys(given)));
    const read = (name: string) => fillIn(String(given[name] ?? defaults.get(name)));
    await expect(inputs.parse(read, () => {})).resolves.toBeDefined();
  }
});

function fillIn(text: string): string {
  return text.replace(/\$\{\{ *(.*?) *\}\}/g, (_, name: string) => {
    const value = VALUES[name];
    if (value === undefined) throw new Error(`${name} has no value`);
    return value;
  });
}

/** The inputs of all steps that use this action, at any depth, or the inputs alone. */
function stepsIn(node: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('verify-checks' in node) return [{ mode: 'check', ...node }];
  if ('uses' in node && /\/deploy-rollback@/.test(String(node.uses)) && 'with' in node) {
    return [node.with as Readonly<Record<string, unknown>>];
  }
  return Object.values(node).flatMap(stepsIn);
}
