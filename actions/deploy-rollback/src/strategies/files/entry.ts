import { posix, sep } from 'node:path';

/** A file, folder or symbolic link below the base folder. */
export type Entry = {
  /** From the base folder on, with `/`. */
  readonly path: string;
  /** The permission bits, with those above them: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Epoch milliseconds, whole seconds. */
  readonly mtimeMs: number;
} & (
  | { readonly type: 'file'; readonly bytes: number }
  | { readonly type: 'folder' }
  | { readonly type: 'link'; readonly to: string }
);

/** Whether a path is below a folder whatever becomes of the rest: not absolute, no `..`. */
export function isInnerPath(path: string): boolean {
  return (
    !path.includes('\0') &&
    !(sep === '\\' && /[\\:]/.test(path)) &&
    path.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
  );
}

/** Whether a path is another one, or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Whether a symbolic link at a path stays below the base folder, also by way of other links: up at
 * the beginning only, and no further than the base. (`b/..` need not be where it looks to be.)
 */
export function linkStaysInside(path: string, to: string): boolean {
  if (to === '' || to.includes('\0') || posix.isAbsolute(to) || sep === '\\') return false;
  const steps = to.split('/').filter((step) => step !== '' && step !== '.');
  const down = steps.findIndex((step) => step !== '..');
  const ups = down === -1 ? steps.length : down;
  return ups < path.split('/').length && !steps.slice(ups).includes('..');
}
