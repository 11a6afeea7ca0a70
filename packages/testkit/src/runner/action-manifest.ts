import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** One entry of `inputs:`; `default` is the text that the runner would set, not yet evaluated. */
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

/** How the action is run; paths are relative to the folder of `action.yml`. */
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

/** A typed `action.yml`. */
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

/** Reads `<folder>/action.yml`; throws with the file's path when it is missing or malformed. */
export async function readActionManifest(folder: string): Promise<ActionManifest> {
  const file = join(folder, 'action.yml');
  return parseActionManifest(await readFile(file, 'utf8'), folder);
}

/** Types the text of an `action.yml` that lies in `folder`. */
export function parseActionManifest(text: string, folder: string): ActionManifest {
  const where = join(folder, 'action.yml');
  const root = mapping(parse(text), where);
  const branding = root.branding === undefined ? undefined : mapping(root.branding, where);
  return {
    folder,
    name: scalar(root.name),
    description: scalar(root.description),
    inputs: Object.entries(mapping(root.inputs ?? {}, `${where}: inputs`)).map(([name, value]) =>
      readInput(name, mapping(value ?? {}, `${where}: inputs.${name}`)),
    ),
    outputs: Object.entries(mapping(root.outputs ?? {}, `${where}: outputs`)).map(
      ([name, value]) => ({
        name,
        description: scalar(mapping(value ?? {}, `${where}: outputs.${name}`).description),
      }),
    ),
    runs: readRuns(mapping(root.runs, `${where}: runs`), where),
    ...(branding && { branding: { icon: scalar(branding.icon), color: scalar(branding.color) } }),
  };
}

function readInput(name: string, value: Mapping): ActionInput {
  return {
    name,
    description: scalar(value.description),
    required: value.required === true,
    ...(value.default !== undefined && { default: scalar(value.default) }),
    ...(value.deprecationMessage !== undefined && {
      deprecationMessage: scalar(value.deprecationMessage),
    }),
  };
}

function readRuns(runs: Mapping, where: string): ActionRuns {
  const using = scalar(runs.using);
  if (using === 'composite') return { kind: 'composite' };
  if (!using.startsWith('node')) throw new Error(`${where}: runs.using is "${using}"`);
  if (typeof runs.main !== 'string') throw new Error(`${where}: runs.main is missing`);
  return {
    kind: 'node',
    using,
    main: runs.main,
    ...(runs.pre !== undefined && { pre: scalar(runs.pre) }),
    preIf: scalar(runs['pre-if'] ?? 'always()'),
    ...(runs.post !== undefined && { post: scalar(runs.post) }),
    postIf: scalar(runs['post-if'] ?? 'always()'),
  };
}

function mapping(value: unknown, where: string): Mapping {
  if (isMapping(value)) return value;
  throw new Error(`${where} must be a mapping`);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The runner turns every scalar into a string: `true` → "true", `1.10` → "1.1", null → "". */
function scalar(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
