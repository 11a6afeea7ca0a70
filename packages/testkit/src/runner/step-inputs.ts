import type { ActionInput } from './action-manifest.ts';
import { type Contexts, evaluateTemplate } from './expressions.ts';

/** The inputs of a step, as set by the runner. */
export interface StepInputs {
  /** `INPUT_*` with defaults; a declared input without a default is empty. */
  readonly variables: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Merges `with:` and the declared inputs, ignoring the case of names. */
export function resolveInputs(
  given: Readonly<Record<string, string>>,
  declared: readonly ActionInput[],
  contexts: Contexts,
): StepInputs {
  const variables: Record<string, string> = {};
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(given)) variables[toVariable(name)] = value;
  const givenNames = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  for (const input of declared) {
    if (!givenNames.has(input.name.toLowerCase())) {
      variables[toVariable(input.name)] = evaluateTemplate(input.default ?? '', contexts);
    } else if (input.deprecationMessage !== undefined) {
      warnings.push(
        `Input '${input.name}' has been deprecated with message: ${input.deprecationMessage}`,
      );
    }
  }
  const valid = declared.map(({ name }) => name);
  const known = new Set(valid.map((name) => name.toLowerCase()));
  const unexpected = Object.keys(given).filter((name) => !known.has(name.toLowerCase()));
  if (unexpected.length > 0) {
    warnings.push(
      `Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid.join("', '")}']`,
    );
  }
  return { variables, warnings };
}

/** Returns `INPUT_` and the name in upper case; spaces become `_`, hyphens stay. */
function toVariable(input: string): string {
  return `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;
}
