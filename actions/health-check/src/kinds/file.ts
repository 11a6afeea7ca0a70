import { open, stat } from 'node:fs/promises';
import { celExpectation } from '@repo/checks/expectations/cel';
import { DurationFact } from '@repo/checks/facts';
import type { Kind, Target } from '@repo/checks/kinds/kind';
import { unknownObservation } from '@repo/checks/kinds/observation';
import { nonEmptyText, targetSchema } from '@repo/checks/kinds/target-schema';
import { parseJson } from '@repo/checks/parse-json';
import { scrub } from '@repo/checks/scrub';
import { formatSize } from '@repo/core/inputs/size';
import { plainLines } from '@repo/core/text/untrusted';
import { probeLocally, resolvePath } from './local-probe.ts';

const VARIABLES = ['exists', 'age', 'size', 'json', 'text'];
/** Larger files are unknown for `text` and `json`: a truncated text could give a wrong result. */
const MAX_BYTES = 2 ** 20;

/** The existence, age, size and content of a file or folder. */
export const file: Kind = {
  schema: targetSchema({ path: nonEmptyText }, 'A file check supports path.', target),
  variables: VARIABLES,
};

function target({ path }: { readonly path: string }): Target {
  return {
    description: path,
    secrets: [],
    defaultExpectations: [celExpectation('exists', VARIABLES)],
    attempt: (context) =>
      probeLocally(path, context, async () => {
        const absolutePath = resolvePath(context.machine.workspace, path);
        const stats = await stat(absolutePath).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
          throw error;
        });
        if (stats === undefined) return { facts: { exists: false } };
        const facts = {
          exists: true,
          age: new DurationFact(Math.max(0, Date.now() - stats.mtimeMs)),
          size: stats.size,
        };
        // Reading a pipe or a device may never end.
        if (!stats.isFile() || !['json', 'text'].some((name) => context.reads.has(name))) {
          return { facts };
        }
        const text = await readText(absolutePath);
        if (text === undefined) {
          return unknownObservation(`${path} is larger than ${formatSize(MAX_BYTES)}`);
        }
        return {
          facts: { ...facts, text, json: context.reads.has('json') ? parseJson(text) : undefined },
          evidence: () => [{ title: path, lines: plainLines(scrub(text.slice(0, 16_384)), 40) }],
        };
      }),
  };
}

/** `undefined` when the file is too large. Does not use its size: files in `/proc` have size 0. */
async function readText(path: string): Promise<string | undefined> {
  await using handle = await open(path);
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= MAX_BYTES) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(65_536) });
    if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}
