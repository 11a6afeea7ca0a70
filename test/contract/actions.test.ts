import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { validate } from '@actions/languageservice';
import { VERDICTS } from '@repo/core/action/outcome';
import { InputError } from '@repo/core/errors/input-error';
import type { InputDefinition } from '@repo/core/inputs/define-inputs';
import { actionFolders, generateReadmes } from '@repo/devtools/readme/generate';
import { readActions } from '@repo/release/actions';
import { createRootAction } from '@repo/release/root-action';
import { type ActionManifest, readActionManifest } from '@repo/testkit/runner/action-manifest';
import { runAction } from '@repo/testkit/runner/run-action';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { samples } from './samples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The inputs and outputs of all actions (architecture.md, "Shared contract"). */
const SHARED_INPUTS = ['fail-on', 'report-file', 'summary', 'notify', 'notify-on'];
const SHARED_OUTPUTS = ['verdict', 'message', 'report-file'];

const folders = await Promise.all(
  (await actionFolders(root)).map(async (name) => ({
    name,
    kind: (await readActionManifest(join(root, 'actions', name))).runs.kind,
  })),
);
const named = (kind: 'node' | 'composite') =>
  folders.filter((folder) => folder.kind === kind).map(({ name }) => name);

describe.each(named('node'))('%s', (name) => {
  const folder = join(root, 'actions', name);
  let manifest: ActionManifest;
  let inputs: InputDefinition<unknown>;

  beforeAll(async () => {
    manifest = await readActionManifest(folder);
    ({ inputs } = await import(pathToFileURL(join(folder, 'src/inputs.ts')).href));
  });

  test("action.yml is valid for GitHub's language service, including icon and colour", async () => {
    expect(await findProblems(await readFile(join(folder, 'action.yml'), 'utf8'))).toEqual([]);
  });

  test('action.yml and inputs.ts have the same inputs, including the shared ones', () => {
    const names = manifest.inputs.map((input) => input.name);
    expect(names.toSorted()).toEqual(inputs.names.toSorted());
    expect(names).toEqual(expect.arrayContaining(SHARED_INPUTS));
  });

  test('every input has a description and a default, or is required', () => {
    for (const input of manifest.inputs) {
      expect(input.description, input.name).not.toBe('');
      expect(input.required, `${input.name} is required and has a default`).toBe(
        input.default === undefined,
      );
    }
  });

  test('every default is valid', async () => {
    const defaults = new Map(manifest.inputs.map((input) => [input.name, input.default ?? '']));
    const problems = await inputs
      .parse(
        (input) => defaults.get(input) ?? '',
        () => {},
      )
      .then(
        () => [],
        (error) => {
          if (error instanceof InputError) return error.problems;
          throw error;
        },
      );
    // An input without a default may be required; every default must be valid.
    expect(problems.filter(({ where }) => defaults.get(where) !== '')).toEqual([]);
  });

  test('the report schema accepts the version of a release candidate', async () => {
    const schema = JSON.parse(await readFile(join(folder, 'report.schema.json'), 'utf8'));
    const { version } = schema.properties as { readonly version: object };
    for (const valid of ['1.2.0', '1.2.0-rc.1']) expect(schemaErrors(version, valid)).toEqual([]);
    expect(schemaErrors(version, '1.2')).not.toEqual([]);
  });

  test('the README tables are up to date', async () => {
    const path = `actions/${name}/README.md`;
    const readme = (await generateReadmes(root)).find((one) => one.path === path);
    expect(readme, 'run pnpm readme').toMatchObject({ kind: 'current' });
  });

  test('a run of the bundle sets the outputs of action.yml and writes a valid report', async () => {
    const sample = samples[name];
    expect(sample, `test/contract/samples.ts has no sample for ${name}`).toBeDefined();
    await using result = await runAction({ action: folder, with: (await sample?.()) ?? {} });
    expect(Object.keys(result.outputs).toSorted(), result.log).toEqual(
      manifest.outputs.map((output) => output.name).toSorted(),
    );
    expect(Object.keys(result.outputs)).toEqual(expect.arrayContaining(SHARED_OUTPUTS));
    expect(VERDICTS).toContain(result.outputs.verdict);
    const report = JSON.parse(await readFile(result.outputs['report-file'] ?? '', 'utf8'));
    const schema = JSON.parse(await readFile(join(folder, 'report.schema.json'), 'utf8'));
    expect(schemaErrors(schema, report)).toEqual([]);
    expect(report).toMatchObject({ schema: `${name}/v1`, action: name });
    expect(result.warnings).toEqual([]);
    expect(result.deprecatedCommands).toEqual([]);
  });
});

describe.each(named('composite'))('%s', (name) => {
  const folder = join(root, 'actions', name);

  test("action.yml is valid for GitHub's language service, including icon and colour", async () => {
    expect(await findProblems(await readFile(join(folder, 'action.yml'), 'utf8'))).toEqual([]);
  });

  test('every input and output has a description, and every input is used', async () => {
    const { inputs, outputs } = await readActionManifest(folder);
    const text = await readFile(join(folder, 'action.yml'), 'utf8');
    for (const { name, description } of [...inputs, ...outputs]) {
      expect(description, name).not.toBe('');
    }
    for (const { name } of inputs) expect(text, name).toMatch(new RegExp(`inputs\\.${name}\\b`));
  });

  test('passes only existing inputs to its siblings and reads only existing outputs', async () => {
    const { runs } = parse(await readFile(join(folder, 'action.yml'), 'utf8')) as Composite;
    const siblings = runs.steps.filter(({ uses }) => uses?.startsWith('$/'));
    expect(siblings.length).toBeGreaterThan(0);
    for (const { id, uses = '', with: given = {} } of siblings) {
      const sibling = await readActionManifest(join(root, 'actions', uses.slice(2)));
      const known = sibling.inputs.map((input) => input.name);
      expect(
        Object.keys(given).filter((input) => !known.includes(input)),
        uses,
      ).toEqual([]);
      const read = [
        ...JSON.stringify(runs).matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, 'g')),
      ];
      const outputs = sibling.outputs.map((output) => output.name);
      expect(
        read.map(([, output]) => output).filter((one) => !outputs.includes(one ?? '')),
      ).toEqual([]);
    }
  });
});

describe('the action at the root of a release', () => {
  const manifests = folders.map(({ name }) => `actions/${name}/action.yml`);
  const actions = readActions(manifests, (path) => readFileSync(join(root, path), 'utf8'));
  const text = createRootAction(actions);

  test("is valid for GitHub's language service, including icon and colour", async () => {
    expect(await findProblems(text)).toEqual([]);
  });

  test('has a name of its own, and lists every action with its description', () => {
    const { name } = parse(text) as { readonly name: string };
    expect(actions.map(({ metadata }) => metadata.name)).not.toContain(name);
    for (const { metadata } of actions) expect(text).toContain(metadata.description);
  });
});

interface Composite {
  readonly runs: {
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly with?: Readonly<Record<string, string>>;
    }[];
  };
}

describe('the language service reports', () => {
  test.each([
    ['an unknown icon', 'icon: activity', 'icon: no-such-icon'],
    ['an unknown colour', 'color: green', 'color: mauve'],
    ['an unknown runtime', 'using: node24', 'using: node3'],
    ['a missing name', /^name:.*$/m, ''],
  ])('%s', async (_, from, to) => {
    const text = await readFile(join(root, 'actions/health-check/action.yml'), 'utf8');
    expect(text).toMatch(from);
    expect(await findProblems(text.replace(from, to))).not.toEqual([]);
  });
});

async function findProblems(text: string): Promise<readonly string[]> {
  // The service caches documents by URL, so each text needs a different one.
  const address = `file:///${createHash('sha256').update(text).digest('hex')}/action.yml`;
  const document = TextDocument.create(address, 'yaml', 1, text);
  return (await validate(document)).map(
    ({ message, range }) => `line ${range.start.line + 1}: ${message}`,
  );
}

function schemaErrors(schema: object, report: unknown): readonly unknown[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true });
  addFormats.default(ajv);
  ajv.validate(schema, report);
  return ajv.errors ?? [];
}
