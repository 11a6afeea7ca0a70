import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { ActionError } from '@repo/core/errors/action-error';
import * as fc from 'fast-check';
import { packTar, type TarEntry } from 'modern-tar';
import { expect, test } from 'vitest';
import { isInnerPath, linkStaysInside } from './file-entry.ts';
import { restore } from './restore.ts';

const step = fc.constantFrom('in', 'a', 'b', '..', '.', '', 'other', 'x'.repeat(120), 'ü\n');
const path = fc
  .tuple(
    fc.constantFrom('', '/', 'in/', '../', 'in/../', '/tmp/'),
    fc.array(step, { maxLength: 5 }),
  )
  .map(([start, steps]) => start + steps.join('/'));
const type = fc.constantFrom<NonNullable<TarEntry['header']['type']>>(
  ...([
    'file',
    'directory',
    'symlink',
    'link',
    'character-device',
    'block-device',
    'fifo',
  ] as const),
);
const entry = fc.record({
  name: path,
  type,
  linkname: path,
  mode: fc.nat(0o7777),
  body: fc.uint8Array({ maxLength: 600 }),
  pax: fc.option(
    fc.record({ path, linkpath: path, size: fc.constantFrom('0', '7', 'x') }, { requiredKeys: [] }),
    { freq: 5 },
  ),
});
const createEntry = (name: string, type: 'directory' | 'symlink' | 'file', linkname = '') => ({
  ...{ name, type, linkname, mode: 0o700 },
  body: Buffer.from('x'),
  pax: null,
});
/** Valid entries at the start, so that the following ones are read. */
const good = fc.subarray([
  createEntry('in/', 'directory'),
  createEntry('in/a/', 'directory'),
  createEntry('in/a/b', 'symlink', '../..'),
  createEntry('in/b', 'file'),
]);
const hostile = fc.oneof(entry, fc.constant(createEntry('in/a/in', 'symlink', 'b/../..')));
const archive = fc
  .tuple(good, fc.array(hostile, { maxLength: 3 }))
  .map(([first, rest]) => [...first, ...rest]);

type Given = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;

async function createArchive(entries: readonly Given[]): Promise<Uint8Array> {
  const packed = entries.map(({ name, type, linkname, mode, body, pax }): TarEntry => {
    const hasBody = type === 'file' && !name.endsWith('/');
    const size = hasBody ? body.length : 0;
    const header = { name, type, linkname, mode, size, ...(pax && { pax: { ...pax } as never }) };
    return hasBody ? { header, body } : { header };
  });
  return packTar(packed);
}

/** Lists the files outside of `work/in` as one text. */
function listOutside(root: string, path = ''): string {
  return readdirSync(join(root, path))
    .sort()
    .map((name) => {
      const inner = join(path, name);
      if (inner === join('work', 'in')) return '';
      const found = lstatSync(join(root, inner));
      if (found.isSymbolicLink()) return `${inner} -> ${readlinkSync(join(root, inner))}\n`;
      if (found.isDirectory()) return `${inner}/ ${found.mode}\n${listOutside(root, inner)}`;
      return `${inner} ${found.mode} ${readFileSync(join(root, inner), 'latin1')}\n`;
    })
    .join('');
}

function linksBelow(folder: string): readonly string[] {
  if (!existsSync(folder) || !lstatSync(folder).isDirectory()) return [];
  return readdirSync(folder).flatMap((name) => {
    const inner = join(folder, name);
    const found = lstatSync(inner);
    if (found.isSymbolicLink()) return [inner];
    return found.isDirectory() ? linksBelow(inner) : [];
  });
}

/** Restores an archive with a matching checksum. Returns whether it was accepted. */
async function tryRestore(bytes: Uint8Array): Promise<boolean> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hostile-')));
  try {
    const base = join(root, 'work');
    mkdirSync(join(base, 'other'), { recursive: true });
    writeFileSync(join(base, 'other/file'), 'untouched');
    writeFileSync(join(root, 'secret'), 'untouched');
    symlinkSync(root, join(base, 'out'));
    const archive = join(root, 'files.tar');
    writeFileSync(archive, bytes);
    const checksum = {
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    const before = listOutside(root);
    const { signal } = new AbortController();
    const isAccepted = await restore(
      { archive, checksum, base, present: ['in'], absent: [] },
      signal,
      () => {},
    ).then(
      () => true,
      (error: unknown) => {
        // Other errors are bugs.
        if (!(error instanceof ActionError) && !isNameError(error)) throw error;
        return false;
      },
    );
    expect(listOutside(root)).toBe(before);
    for (const link of linksBelow(join(base, 'in'))) {
      if (existsSync(link)) expect(`${realpathSync(link)}${sep}`).toMatch(`${base}${sep}`);
    }
    return isAccepted;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A name that the file system rejects. */
function isNameError(error: unknown): boolean {
  return ['ENAMETOOLONG', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '');
}

test('an archive never writes outside of the listed paths', {
  timeout: 60_000,
}, async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(archive, async (entries) => {
      if (await tryRestore(await createArchive(entries))) accepted++;
    }),
    { numRuns: 250 },
  );
  // Some archives are valid.
  expect(accepted).toBeGreaterThan(5);
});

test('an archive with changed bytes never writes outside of the listed paths', {
  timeout: 60_000,
}, async () => {
  const valid = await createArchive([
    { name: 'in/', type: 'directory', linkname: '', mode: 0o755, body: Buffer.alloc(0), pax: null },
    { name: 'in/b', type: 'file', linkname: '', mode: 0o644, body: Buffer.from('b'), pax: null },
    { name: 'in/l', type: 'symlink', linkname: 'b', mode: 0o777, body: Buffer.alloc(0), pax: null },
  ]);
  const change = fc.tuple(fc.nat(valid.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 4 }),
      fc.option(fc.nat(valid.length), { freq: 4 }),
      async (changes, end) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        await tryRestore(bytes.subarray(0, end ?? bytes.length));
      },
    ),
    { numRuns: 150 },
  );
});

test('accepts only links that stay inside, also through other links', () => {
  const inner = path.filter(isInnerPath);
  fc.assert(
    fc.property(inner, path, (where, to) => {
      if (!linkStaysInside(where, to)) return;
      const steps = [...where.split('/').slice(0, -1), ...to.split('/')];
      let depth = 0;
      for (const one of steps) {
        if (one === '..') depth--;
        else if (one !== '' && one !== '.') depth++;
        expect(depth).toBeGreaterThanOrEqual(0);
      }
    }),
  );
  expect(linkStaysInside('in/a/in', 'b/../..')).toBe(false);
});
