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
/** Most of a file that is read for `text` and `json`, bytes; judging a part would be a guess. */
const MOST_BYTES = 2 ** 20;

/** A file or folder exists, and is as old, as large and says what it should. */
export const file: Kind = {
  schema: targetSchema({ path: nonEmptyText }, 'A file check knows path.', target),
  variables: VARIABLES,
};

function target({ path }: { readonly path: string }): Target {
  return {
    description: path,
    secrets: [],
    defaultExpectations: [celExpectation('exists', VARIABLES)],
    attempt: (context) =>
      probeLocally(path, context, async () => {
        const place = resolvePath(context.machine.workspace, path);
        const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
          throw error;
        });
        if (found === undefined) return { facts: { exists: false } };
        const facts = {
          exists: true,
          age: new DurationFact(Math.max(0, Date.now() - found.mtimeMs)),
          size: found.size,
        };
        // Reading a pipe or a device may never end.
        if (!found.isFile() || !['json', 'text'].some((name) => context.reads.has(name))) {
          return { facts };
        }
        const text = await readWhole(place);
        if (text === undefined) {
          return unknownObservation(
            `${path} has more than the ${formatSize(MOST_BYTES)} that are read`,
          );
        }
        return {
          facts: { ...facts, text, json: context.reads.has('json') ? parseJson(text) : undefined },
          evidence: () => [{ title: path, lines: plainLines(scrub(text.slice(0, 16_384)), 40) }],
        };
      }),
  };
}

/** The text of a file; `undefined` when it is too long. Files of `/proc` have no size until read. */
async function readWhole(path: string): Promise<string | undefined> {
  await using handle = await open(path);
  const chunks: Buffer[] = [];
  let size = 0;
  while (size <= MOST_BYTES) {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(65_536) });
    if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
  return undefined;
}
