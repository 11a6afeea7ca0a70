import { posix, sep } from 'node:path';

/** A file, folder or symbolic link below the base folder. */
export type FileEntry = {
  /** Relative to the base folder, with `/`. */
  readonly path: string;
  /** 0 to 0o7777. */
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

/** Whether a path is relative and stays below its folder: without `..`. */
export function isInnerPath(path: string): boolean {
  return (
    !path.includes('\0') &&
    !(sep === '\\' && /[\\:]/.test(path)) &&
    path.split('/').every((step) => step !== '' && step !== '.' && step !== '..')
  );
}

/** Whether a path is the folder or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * Whether links can be restored. Windows needs a privilege and the type of the target for them, and
 * junctions have absolute targets.
 */
export const supportsLinks = (platform: NodeJS.Platform = process.platform): boolean =>
  platform !== 'win32';

/**
 * Whether a symbolic link stays below the base folder. `..` is only allowed at the start, because
 * `b/..` may be elsewhere if `b` is a link.
 */
export function linkStaysInside(path: string, to: string): boolean {
  if (to === '' || to.includes('\0') || posix.isAbsolute(to)) return false;
  const steps = to.split('/').filter((step) => step !== '' && step !== '.');
  const firstName = steps.findIndex((step) => step !== '..');
  const upCount = firstName === -1 ? steps.length : firstName;
  return upCount < path.split('/').length && !steps.slice(upCount).includes('..');
}
