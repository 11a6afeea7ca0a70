import { randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepLog } from './step-facts.ts';
import { bundlePlatform, fromWindows, windowsLane } from './windows-lane.ts';

/** The maximum size of a job summary; the runner drops a larger one. */
export const SUMMARY_LIMIT_BYTES = 1024 * 1024;

/** The entries before the first invalid line, and the message of the runner for that line. */
export interface KeyValues {
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly problem?: string;
}

const PREFIXES = {
  output: 'set_output_',
  env: 'set_env_',
  path: 'add_path_',
  state: 'save_state_',
  step_summary: 'step_summary_',
} as const;

/** The path or text of each command file of a step, by its name in the `github` context. */
export type CommandFiles = Readonly<Record<keyof typeof PREFIXES, string>>;

/** Creates empty command files for one step below `temp`, like the runner. */
export async function createCommandFiles(temp: string): Promise<CommandFiles> {
  const folder = join(temp, '_runner_file_commands');
  const suffix = randomUUID();
  await mkdir(folder, { recursive: true });
  const files = {
    output: join(folder, PREFIXES.output + suffix),
    env: join(folder, PREFIXES.env + suffix),
    path: join(folder, PREFIXES.path + suffix),
    state: join(folder, PREFIXES.state + suffix),
    step_summary: join(folder, PREFIXES.step_summary + suffix),
  };
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
  return files;
}

/** The effects of command files on later steps; the step log contains outputs and state. */
export interface FileCommandEffects {
  readonly env: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  /** Masked; empty if it was too large. */
  readonly summary: string;
  /** The text of each file. */
  readonly commandFiles: CommandFiles;
}

/**
 * Reads the files after the step. An invalid line fails the step; the lines before it apply. A
 * deleted file counts as empty.
 */
export async function applyFileCommands(
  files: CommandFiles,
  step: StepLog,
): Promise<FileCommandEffects> {
  const texts = await readTexts(files);
  const readEntries = (name: 'output' | 'env' | 'state') => {
    const { entries, problem } = parseKeyValues(texts[name]);
    if (problem !== undefined) {
      step.facts.commandFailed = true;
      step.runnerSays('error', `Unable to process file command '${name}' successfully.`);
      step.runnerSays('error', problem);
    }
    return entries;
  };
  const env = readEntries('env').filter(([name]) => {
    const blocked = name.toUpperCase() === 'NODE_OPTIONS';
    if (blocked) {
      step.runnerSays(
        'error',
        "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
      );
    }
    return !blocked;
  });
  const summary = readSummary(texts.step_summary, step);
  for (const [name, value] of readEntries('state')) step.facts.state.set(name, value);
  for (const [name, value] of readEntries('output')) step.facts.outputs.set(name, value);
  return {
    env: Object.fromEntries(env),
    paths: parsePaths(texts.path),
    summary,
    commandFiles: texts,
  };
}

async function readTexts(files: CommandFiles): Promise<CommandFiles> {
  // A replacement such as /dev/full is not a regular file and has no end.
  const read = async (file: string) =>
    (await stat(file).catch(() => undefined))?.isFile() ? readFile(file, 'utf8') : '';
  const lane = windowsLane();
  const text = async (file: string) => {
    const raw = await read(file);
    return lane === undefined ? raw : fromWindows(lane, raw);
  };
  return {
    output: await text(files.output),
    env: await text(files.env),
    path: await text(files.path),
    state: await text(files.state),
    step_summary: await text(files.step_summary),
  };
}

function readSummary(text: string, step: StepLog): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= SUMMARY_LIMIT_BYTES) return text.split('\n').map(step.masker.mask).join('\n');
  step.runnerSays(
    'error',
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${SUMMARY_LIMIT_BYTES / 1024}k, got ${Math.floor(bytes / 1024)}k.`,
  );
  return '';
}

/**
 * Parses `key=value` and `key<<DELIMITER` … `DELIMITER` (FileCommandManager.cs). On Windows, lines
 * may end with CRLF.
 */
export function parseKeyValues(text: string, platform: string = bundlePlatform()): KeyValues {
  const lines = splitLines(text, platform);
  const entries: [string, string][] = [];
  const invalid = (problem: string): KeyValues => ({ entries, problem });
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]?.text ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const key = line.slice(0, heredoc);
      const delimiter = line.slice(heredoc + 2);
      if (key === '' || delimiter === '') {
        return invalid(
          `Invalid format '${line}'. Name must not be empty and delimiter must not be empty`,
        );
      }
      const close = lines.findIndex(({ text }, index) => index > at && text === delimiter);
      if (close < 0) return invalid(`Invalid value. Matching delimiter not found '${delimiter}'`);
      const value = lines.slice(at + 1, close);
      const last = value.pop();
      entries.push([key, value.map(({ text, end }) => text + end).join('') + (last?.text ?? '')]);
      at = close;
    } else if (equals >= 0) {
      const key = line.slice(0, equals);
      if (key === '') return invalid(`Invalid format '${line}'. Name must not be empty`);
      entries.push([key, line.slice(equals + 1)]);
    } else {
      return invalid(`Invalid format '${line}'`);
    }
  }
  return { entries };
}

/** Parses the folders in GITHUB_PATH, one per line. */
export function parsePaths(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line !== '');
}

function splitLines(text: string, platform: string) {
  const pattern = platform === 'win32' ? /(.*?)(\r?\n|$)/gs : /([^\n]*)(\n|$)/g;
  const lines = [...text.matchAll(pattern)].map((match) => ({
    text: match[1] ?? '',
    end: match[2] ?? '',
  }));
  return lines.filter((line) => line.text !== '' || line.end !== '');
}
