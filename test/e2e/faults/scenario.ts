import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One use of an action, with the world that it needs. */
export interface Use extends AsyncDisposable {
  readonly with: Readonly<Record<string, string>>;
  /** The workspace; an empty one unless given. */
  readonly cwd?: string;
}

/** How one action is used where something is wrong with the machine. */
export interface Scenario {
  /** Ends by itself, and well: verdict `pass`. */
  readonly calm: () => Promise<Use>;
  /**
   * Works until it is stopped, `isAtWork` being the line that tells that it has begun; or why it
   * never takes long.
   */
  readonly slow: (() => Promise<Use & { readonly isAtWork: RegExp }>) | string;
  /** Has more to tell than a job summary may hold; or why it never has. */
  readonly loud: (() => Promise<Use>) | string;
  /** What `calm` comes to on a machine without any network, and what its message says. */
  readonly withoutNetwork: {
    readonly exitCode: number;
    readonly verdict: string;
    readonly message: RegExp;
  };
}

/** A long part of a name. */
export const LONG = 'x'.repeat(80);

/** Ends with something else. */
export function disposing(resource: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => resource[Symbol.asyncDispose]() };
}

/** A workspace with files, given as their texts by their names. */
export async function folderWith(
  files: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
): Promise<Use> {
  const cwd = await mkdtemp(join(tmpdir(), 'faults-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return { cwd, with: inputs, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true }) };
}
