import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** Reads the YAML of an example in the README of an action, by the name in its comment. */
export async function readmeYaml(name: string, action = 'health-check'): Promise<string> {
  const path = fileURLToPath(new URL(`../../actions/${action}/README.md`, import.meta.url));
  const [, yaml] =
    new RegExp(`<!-- example:${name} -->\n\`\`\`yaml\n(.*?)\`\`\``, 's').exec(
      await readFile(path, 'utf8'),
    ) ?? [];
  if (yaml === undefined) throw new Error(`the README does not have the example ${name}`);
  return yaml;
}

/** Reads the inputs of an example: of its only step, or of the first step of a workflow. */
export async function readmeExample(name: string): Promise<Readonly<Record<string, string>>> {
  const example: readonly [Step] | Workflow = parse(await readmeYaml(name));
  const [step] = 'jobs' in example ? (Object.values(example.jobs)[0]?.steps ?? []) : example;
  if (step === undefined) throw new Error(`the example ${name} has no step`);
  return inputsOf(step);
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly with: Readonly<Record<string, unknown>>;
}

/** Returns the inputs of a step as strings. */
export function inputsOf(step: Step): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(step.with).map(([key, value]) => [key, `${value}`]));
}

/** Replaces texts of the example by those of the test. Throws if the example lacks one of them. */
export function replaceValues(
  inputs: Readonly<Record<string, string>>,
  replacements: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const unused = new Set(Object.keys(replacements));
  const replaced = Object.entries(inputs).map(([key, value]) => {
    let text = value;
    for (const [example, real] of Object.entries(replacements)) {
      if (text.includes(example)) unused.delete(example);
      text = text.replaceAll(example, real);
    }
    return [key, text];
  });
  if (unused.size > 0) throw new Error(`the example does not have ${[...unused].join(', ')}`);
  return Object.fromEntries(replaced);
}
