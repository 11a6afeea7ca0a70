import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** The YAML of an example of an action's README, by the name in the comment in front of it. */
export async function readmeYaml(name: string, action = 'health-check'): Promise<string> {
  const path = fileURLToPath(new URL(`../../actions/${action}/README.md`, import.meta.url));
  const [, yaml] =
    new RegExp(`<!-- example:${name} -->\n\`\`\`yaml\n(.*?)\`\`\``, 's').exec(
      await readFile(path, 'utf8'),
    ) ?? [];
  if (yaml === undefined) throw new Error(`the README has no example ${name}`);
  return yaml;
}

/** The inputs of the one step of such an example. */
export async function readmeExample(name: string): Promise<Readonly<Record<string, string>>> {
  const [step] = parse(await readmeYaml(name)) as [Step];
  return inputsOf(step);
}

interface Step {
  readonly with: Readonly<Record<string, unknown>>;
}

/** The inputs of a step, as texts. */
export function inputsOf(step: Step): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(step.with).map(([key, value]) => [key, `${value}`]));
}

/** The same inputs with the places of a test instead of those of the example; each has to be there. */
export function inPlaceOf(
  inputs: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const left = new Set(Object.keys(places));
  const replaced = Object.entries(inputs).map(([key, value]) => {
    let text = value;
    for (const [example, real] of Object.entries(places)) {
      if (text.includes(example)) left.delete(example);
      text = text.replaceAll(example, real);
    }
    return [key, text];
  });
  if (left.size > 0) throw new Error(`the example does not have ${[...left].join(', ')}`);
  return Object.fromEntries(replaced);
}
