import type { ActionManifest } from '@repo/testkit/runner/action-manifest';

/** The parsed command line. A value that starts with `@` is the path of a file to read. */
export type ActionArguments =
  | { readonly kind: 'help'; readonly name?: string }
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly values: readonly InputValue[];
      readonly debug: boolean;
    }
  | { readonly kind: 'invalid'; readonly message: string };

/** One `key=value`, `key=@file`, or `key=@@value` for a value that starts with `@`. */
export type InputValue =
  | { readonly key: string; readonly text: string }
  | { readonly key: string; readonly file: string };

/** Parses `<name> key=value … [--debug] [--help]`. */
export function parseArguments(argv: readonly string[]): ActionArguments {
  const flags = argv.filter((word) => word.startsWith('--') && !word.includes('='));
  const [name, ...pairs] = argv.filter((word) => !flags.includes(word));
  if (flags.includes('--help') || name === undefined) {
    return { kind: 'help', ...(name !== undefined && { name }) };
  }
  const unknown = flags.find((flag) => !['--', '--debug'].includes(flag));
  if (unknown !== undefined) {
    return invalid(`Unknown option ${unknown}. Use --debug or --help.`);
  }
  const values: InputValue[] = [];
  for (const pair of pairs) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) return invalid(`"${pair}" is not key=value.`);
    values.push(
      value.startsWith('@') && !value.startsWith('@@')
        ? { key, file: value.slice(1) }
        : { key, text: value.replace(/^@@/, '@') },
    );
  }
  return { kind: 'run', name, values, debug: flags.includes('--debug') };
}

/** Returns the error message for an unknown action; `undefined` if the action exists. */
export function checkAction(name: string, actions: readonly string[]): string | undefined {
  if (actions.includes(name)) return undefined;
  return `Unknown action "${name}".${suggest(name, actions)} Actions: ${actions.join(', ')}.`;
}

/** Returns the error message for an unknown input; `undefined` if all inputs exist. */
export function checkInputs(
  values: readonly InputValue[],
  { inputs }: ActionManifest,
): string | undefined {
  const names = inputs.map(({ name }) => name);
  const known = new Set(names.map((name) => name.toLowerCase()));
  const unknown = values.find(({ key }) => !known.has(key.toLowerCase()));
  if (unknown === undefined) return undefined;
  return `Unknown input "${unknown.key}".${suggest(unknown.key, names)} Inputs: ${names.join(', ')}.`;
}

function suggest(given: string, names: readonly string[]): string {
  const name = findClosest(given, names);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
}

/** Returns the name most similar to `given`, if it is similar enough to be a typing error. */
function findClosest(given: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, given.length / 3) ? best.name : undefined;
}

/** The Levenshtein distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function invalid(message: string): ActionArguments {
  return { kind: 'invalid', message };
}
