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
import { isInnerPath, linkStaysInside } from './entry.ts';
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
const known = (name: string, type: 'directory' | 'symlink' | 'file', linkname = '') => ({
  ...{ name, type, linkname, mode: 0o700 },
  body: Buffer.from('x'),
  pax: null,
});
/** Some that are fine, in front, so that what comes after them is looked at. */
const good = fc.subarray([
  known('in/', 'directory'),
  known('in/a/', 'directory'),
  known('in/a/b', 'symlink', '../..'),
  known('in/b', 'file'),
]);
const hostile = fc.oneof(entry, fc.constant(known('in/a/in', 'symlink', 'b/../..')));
const archive = fc
  .tuple(good, fc.array(hostile, { maxLength: 3 }))
  .map(([first, rest]) => [...first, ...rest]);

type Given = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;

async function archiveOf(entries: readonly Given[]): Promise<Uint8Array> {
  const packed = entries.map(({ name, type, linkname, mode, body, pax }): TarEntry => {
    const hasBody = type === 'file' && !name.endsWith('/');
    const size = hasBody ? body.length : 0;
    const header = { name, type, linkname, mode, size, ...(pax && { pax: { ...pax } as never }) };
    return hasBody ? { header, body } : { header };
  });
  return packTar(packed);
}

/** The files outside of `work/in`, as one text. */
function outside(root: string, path = ''): string {
  return readdirSync(join(root, path))
    .sort()
    .map((name) => {
      const inner = join(path, name);
      if (inner === join('work', 'in')) return '';
      const found = lstatSync(join(root, inner));
      if (found.isSymbolicLink()) return `${inner} -> ${readlinkSync(join(root, inner))}\n`;
      if (found.isDirectory()) return `${inner}/ ${found.mode}\n${outside(root, inner)}`;
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

/** Unpacks bytes as if a manifest said that they are right; whether they were taken. */
async function tryOut(bytes: Uint8Array): Promise<boolean> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hostile-')));
  try {
    const base = join(root, 'work');
    mkdirSync(join(base, 'other'), { recursive: true });
    writeFileSync(join(base, 'other/file'), 'untouched');
    writeFileSync(join(root, 'secret'), 'untouched');
    symlinkSync(root, join(base, 'out'));
    const archive = join(root, 'files.tar');
    writeFileSync(archive, bytes);
    const seal = {
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    const before = outside(root);
    const { signal } = new AbortController();
    const taken = await restore(
      { archive, seal, base, present: ['in'], absent: [] },
      signal,
      () => {},
    ).then(
      () => true,
      (error: unknown) => {
        // A user's error with a remedy; anything else would be a bug.
        if (!(error instanceof ActionError) && !isOfTheSystem(error)) throw error;
        return false;
      },
    );
    expect(outside(root)).toBe(before);
    for (const link of linksBelow(join(base, 'in'))) {
      if (existsSync(link)) expect(`${realpathSync(link)}${sep}`).toMatch(`${base}${sep}`);
    }
    return taken;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A name that is too long for this system. */
function isOfTheSystem(error: unknown): boolean {
  return ['ENAMETOOLONG', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '');
}

test('no archive, whatever is in it, writes outside of the listed paths', {
  timeout: 60_000,
}, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(archive, async (entries) => {
      if (await tryOut(await archiveOf(entries))) taken++;
    }),
    { numRuns: 250 },
  );
  // Otherwise nothing was tried.
  expect(taken).toBeGreaterThan(5);
});

test('neither does one with bytes that were changed', { timeout: 60_000 }, async () => {
  const whole = await archiveOf([
    { name: 'in/', type: 'directory', linkname: '', mode: 0o755, body: Buffer.alloc(0), pax: null },
    { name: 'in/b', type: 'file', linkname: '', mode: 0o644, body: Buffer.from('b'), pax: null },
    { name: 'in/l', type: 'symlink', linkname: 'b', mode: 0o777, body: Buffer.alloc(0), pax: null },
  ]);
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 4 }),
      fc.option(fc.nat(whole.length), { freq: 4 }),
      async (changes, end) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        await tryOut(bytes.subarray(0, end ?? bytes.length));
      },
    ),
    { numRuns: 150 },
  );
});

test('a link that is said to stay inside does, through others as well', () => {
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
