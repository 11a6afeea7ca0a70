import type { ActionManifest } from '@repo/testkit/runner/action-manifest';
import { closest } from './closest.ts';

/** What the command line asks for. A value that began with `@` is the path of a file to read. */
export type ActionArguments =
  | { readonly kind: 'help'; readonly name?: string }
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly values: readonly InputValue[];
      readonly debug: boolean;
    }
  | { readonly kind: 'mistake'; readonly message: string };

/** One `key=value`, `key=@file` or (for a value that begins with @) `key=@@value`. */
export type InputValue =
  | { readonly key: string; readonly text: string }
  | { readonly key: string; readonly file: string };

/** Reads `<name> key=value … [--debug] [--help]`. */
export function parseArguments(argv: readonly string[]): ActionArguments {
  const flags = argv.filter((word) => word.startsWith('--') && !word.includes('='));
  const [name, ...pairs] = argv.filter((word) => !flags.includes(word));
  if (flags.includes('--help') || name === undefined) {
    return { kind: 'help', ...(name !== undefined && { name }) };
  }
  const unknown = flags.find((flag) => !['--', '--debug'].includes(flag));
  if (unknown !== undefined) {
    return mistake(`Unknown option ${unknown}; known are --debug and --help.`);
  }
  const values: InputValue[] = [];
  for (const pair of pairs) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) return mistake(`"${pair}" is not key=value.`);
    values.push(
      value.startsWith('@') && !value.startsWith('@@')
        ? { key, file: value.slice(1) }
        : { key, text: value.replace(/^@@/, '@') },
    );
  }
  return { kind: 'run', name, values, debug: flags.includes('--debug') };
}

/** What is wrong with the name of an action; undefined when there is such an action. */
export function unknownAction(name: string, actions: readonly string[]): string | undefined {
  if (actions.includes(name)) return undefined;
  return `There is no action "${name}".${meant(name, actions)} Actions: ${actions.join(', ')}.`;
}

/** What is wrong with the given keys; undefined when the action has all of them. */
export function unknownInput(
  values: readonly InputValue[],
  { inputs }: ActionManifest,
): string | undefined {
  const names = inputs.map(({ name }) => name);
  const known = new Set(names.map((name) => name.toLowerCase()));
  const unknown = values.find(({ key }) => !known.has(key.toLowerCase()));
  if (unknown === undefined) return undefined;
  return `There is no input "${unknown.key}".${meant(unknown.key, names)} Inputs: ${names.join(', ')}.`;
}

function meant(given: string, names: readonly string[]): string {
  const name = closest(given, names);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
}

function mistake(message: string): ActionArguments {
  return { kind: 'mistake', message };
}
