import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listTrackedFiles } from '@repo/devtools/tracked-files';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LINK = /(?:\]\(|<img[^>]*\ssrc=")([^)\s"]+)/g;

/** Returns the anchor of a heading on GitHub. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

const documents = listTrackedFiles(root)
  .filter((path) => path.endsWith('.md'))
  .filter((path) => !/fixtures|template/.test(path));

test.each(documents)('every link of %s has a target', (path) => {
  const text = readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '');
  const broken = [...text.matchAll(LINK)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/i.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? join(root, path) : join(root, dirname(path), file);
      if (!existsSync(target)) return true;
      if (anchor === undefined) return false;
      const headings = readFileSync(target, 'utf8').matchAll(/^#+ (.+)$/gm);
      return ![...headings].some(([, heading = '']) => toAnchor(heading) === anchor);
    });
  expect(broken).toEqual([]);
});
