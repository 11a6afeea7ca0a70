import { fileURLToPath } from 'node:url';
import { readActionManifest } from '@repo/testkit/runner/action-manifest';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputs } from '../../actions/proxy-retest/src/inputs.ts';
import { inputsOf, readmeYaml } from '../real/readme-example.ts';

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** The steps of an example: a list of them, or those of all jobs of a workflow. */
function stepsOf(example: unknown): readonly Step[] {
  if (Array.isArray(example)) return example as readonly Step[];
  const { jobs } = example as { readonly jobs: Readonly<Record<string, { steps: Step[] }>> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

test.each(['hourly', 'outputs', 'shards'])(
  'the example %s of proxy-retest gives inputs that can be read (X14, X19, X20)',
  async (name) => {
    const folder = fileURLToPath(new URL('../../actions/proxy-retest', import.meta.url));
    const manifest = await readActionManifest(folder);
    const defaults = new Map(manifest.inputs.map((input) => [input.name, input.default ?? '']));
    const steps = stepsOf(parse(await readmeYaml(name, 'proxy-retest')));
    const ours = steps.filter(({ uses }) => uses === 'org/actions/proxy-retest@v1');
    expect(ours.length).toBeGreaterThan(0);
    for (const { with: given = {} } of ours) {
      const texts = inputsOf({ with: given });
      expect([...defaults.keys()]).toEqual(expect.arrayContaining(Object.keys(texts)));
      const read = (input: string) => {
        const text = texts[input] ?? defaults.get(input) ?? '';
        // What the runner would fill in.
        return text.replace('${{ matrix.shard }}', '3/8').replace('${{ matrix.name }}', '3-of-8');
      };
      await expect(inputs.parse(read, () => {})).resolves.toBeDefined();
    }
  },
);
