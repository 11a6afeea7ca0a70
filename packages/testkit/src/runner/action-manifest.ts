import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One entry of `inputs:`; `default` is the text before expressions are evaluated. */
export interface ActionInput {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default?: string;
  readonly deprecationMessage?: string;
}

/** One entry of `outputs:`. */
export interface ActionOutput {
  readonly name: string;
  readonly description: string;
}

/** How the action runs; paths are relative to the folder of `action.yml`. */
export type ActionRuns =
  | {
      readonly kind: 'node';
      readonly using: string;
      readonly main: string;
      readonly pre?: string;
      readonly preIf: string;
      readonly post?: string;
      readonly postIf: string;
    }
  | { readonly kind: 'composite' };

/** A parsed `action.yml`. */
export interface ActionManifest {
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly ActionOutput[];
  readonly runs: ActionRuns;
  readonly branding?: { readonly icon: string; readonly color: string };
}

type Mapping = Readonly<Record<string, unknown>>;

/** Reads `<folder>/action.yml`. Throws an error with its path if it is missing or malformed. */
export async function readActionManifest(folder: string): Promise<ActionManifest> {
  const file = join(folder, 'action.yml');
  return parseActionManifest(await readFile(file, 'utf8'), folder);
}

/** Parses the text of `<folder>/action.yml`. */
export function parseActionManifest(text: string, folder: string): ActionManifest {
  const where = join(folder, 'action.yml');
  const root = toMapping(parse(text), where);
  const branding = root.branding === undefined ? undefined : toMapping(root.branding, where);
  return {
    folder,
    name: toText(root.name),
    description: toText(root.description),
    inputs: Object.entries(toMapping(root.inputs ?? {}, `${where}: inputs`)).map(([name, value]) =>
      readInput(name, toMapping(value ?? {}, `${where}: inputs.${name}`)),
    ),
    outputs: Object.entries(toMapping(root.outputs ?? {}, `${where}: outputs`)).map(
      ([name, value]) => ({
        name,
        description: toText(toMapping(value ?? {}, `${where}: outputs.${name}`).description),
      }),
    ),
    runs: readRuns(toMapping(root.runs, `${where}: runs`), where),
    ...(branding && { branding: { icon: toText(branding.icon), color: toText(branding.color) } }),
  };
}

function readInput(name: string, value: Mapping): ActionInput {
  return {
    name,
    description: toText(value.description),
    required: value.required === true,
    ...(value.default !== undefined && { default: toText(value.default) }),
    ...(value.deprecationMessage !== undefined && {
      deprecationMessage: toText(value.deprecationMessage),
    }),
  };
}

function readRuns(runs: Mapping, where: string): ActionRuns {
  const using = toText(runs.using);
  if (using === 'composite') return { kind: 'composite' };
  if (!using.startsWith('node')) throw new Error(`${where}: runs.using is "${using}"`);
  if (typeof runs.main !== 'string') throw new Error(`${where}: runs.main is missing`);
  return {
    kind: 'node',
    using,
    main: runs.main,
    ...(runs.pre !== undefined && { pre: toText(runs.pre) }),
    preIf: toText(runs['pre-if'] ?? 'always()'),
    ...(runs.post !== undefined && { post: toText(runs.post) }),
    postIf: toText(runs['post-if'] ?? 'always()'),
  };
}

function toMapping(value: unknown, where: string): Mapping {
  if (isMapping(value)) return value;
  throw new Error(`${where} must be a mapping`);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Converts a scalar to a string like the runner: `true` → "true", `1.10` → "1.1", null → "". */
function toText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
