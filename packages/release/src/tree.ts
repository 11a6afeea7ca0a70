import { type Placement, rewriteLinks } from './links.ts';

/** The files of a tree, by path. */
export type Tree = ReadonlyMap<string, TreeFile>;

export interface TreeFile {
  readonly mode: string;
  readonly bytes: Buffer;
}

/** How sibling actions are referenced: unchanged as `$/name`, or by repository and tag. */
export type Siblings =
  | { readonly kind: 'same-commit' }
  | { readonly kind: 'stamped'; readonly repository: string; readonly tag: string };

/** Changes the text of a file. */
export function changeText(file: TreeFile, change: (text: string) => string): TreeFile {
  return { mode: file.mode, bytes: Buffer.from(change(file.bytes.toString('utf8'))) };
}

/** Adjusts the links and sibling references of a source file for its path in the tree. */
export function relocate(
  file: TreeFile,
  from: string,
  to: string,
  siblings: Siblings,
  placement: Placement,
): TreeFile {
  if (from.endsWith('.md')) {
    return changeText(file, (text) => rewriteLinks(text, from, to, placement));
  }
  if (siblings.kind === 'stamped' && /\.ya?ml$/.test(from)) {
    return changeText(file, (text) => replaceSiblings(text, siblings.repository, siblings.tag));
  }
  return file;
}

const SIBLING = /(\buses:\s*["']?)\$\/([\w./-]+)/g;

/**
 * Replaces sibling references of a composite action or a reusable workflow (`uses: $/health-check`)
 * by repository and tag, because GitHub Enterprise Server does not support `$/`.
 */
export function replaceSiblings(text: string, repository: string, tag: string): string {
  return text.replace(SIBLING, (_, before: string, path: string) => {
    return `${before}${repository}/${path}@${tag}`;
  });
}
