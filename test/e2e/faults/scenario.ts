import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The inputs and the workspace of one run of an action. */
export interface ScenarioRun extends AsyncDisposable {
  readonly with: Readonly<Record<string, string>>;
  /** The workspace; empty by default. */
  readonly cwd?: string;
}

/** The runs of one action for the fault tests. */
export interface Scenario {
  /** Finishes with the verdict `pass`. */
  readonly passing: () => Promise<ScenarioRun>;
  /**
   * Runs until it is cancelled; a log line that matches `startedLine` marks the start. A string is
   * the reason that the action has no such run.
   */
  readonly endless: (() => Promise<ScenarioRun & { readonly startedLine: RegExp }>) | string;
  /** Reports more than a job summary can hold. A string is the reason for no such run. */
  readonly oversized: (() => Promise<ScenarioRun>) | string;
  /** The expected result of `passing` without a network. */
  readonly withoutNetwork: {
    readonly exitCode: number;
    readonly verdict: string;
    readonly message: RegExp;
  };
}

/** A part of a long name. */
export const LONG = 'x'.repeat(80);

/** Disposes another resource. */
export function disposeOf(resource: AsyncDisposable): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => resource[Symbol.asyncDispose]() };
}

/** Creates a workspace with these files (contents by name). */
export async function createWorkspace(
  files: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
): Promise<ScenarioRun> {
  const cwd = await mkdtemp(join(tmpdir(), 'faults-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return { cwd, with: inputs, [Symbol.asyncDispose]: () => rm(cwd, { recursive: true }) };
}
