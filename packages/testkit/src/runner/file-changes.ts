import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The fingerprints of files, by absolute path. */
export type FileSnapshot = ReadonlyMap<string, string>;

// Files of the runner in RUNNER_TEMP, not written by an action.
const RUNNER_FOLDERS = new Set(['_runner_file_commands', '_github_workflow']);

/** Reads the state of the folders; missing folders are empty. */
export async function snapshotFiles(folders: readonly string[]): Promise<FileSnapshot> {
  const snapshot = new Map<string, string>();
  await Promise.all(folders.map((folder) => walk(folder, snapshot)));
  return snapshot;
}

/** Returns the new and changed files since `before`, sorted. */
export function changedFiles(before: FileSnapshot, after: FileSnapshot): readonly string[] {
  return [...after].flatMap(([file, print]) => (before.get(file) === print ? [] : [file])).sort();
}

async function walk(folder: string, snapshot: Map<string, string>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!RUNNER_FOLDERS.has(entry.name)) await walk(path, snapshot);
        return;
      }
      const facts = await stat(path, { bigint: true }).catch(() => undefined);
      if (facts) snapshot.set(path, `${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`);
    }),
  );
}
