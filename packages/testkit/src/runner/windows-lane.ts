import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of a Debian with Wine and a `node.exe`, in which bundles run on a real Windows Node.
 * `undefined`: they run on the Node of the tests. Set by `WINDOWS_LANE` (see `.ci/windows`).
 */
export function windowsLane(): string | undefined {
  return process.env.WINDOWS_LANE || undefined;
}

/** The platform that bundles run on, `process.platform` of their Node. */
export function bundlePlatform(): NodeJS.Platform {
  return windowsLane() === undefined ? process.platform : 'win32';
}

/** The path of the Node that runs bundles, for the commands that they start. */
export function bundleNode(): string {
  return windowsLane() === undefined ? process.execPath : 'Z:\\nw\\node.exe';
}

/** The folder of drive `W:`. Workspace, temp and bundles must be below it. */
export function windowsDrive(lane: string): string {
  return join(lane, 'ci');
}

/** This repository, of which the lane has a copy on the drive. */
const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

/** Folders of this system and their names in the lane. */
function mappings(lane: string): readonly (readonly [folder: string, name: string])[] {
  return [
    [windowsDrive(lane), 'W:'],
    [REPOSITORY, 'W:/repo'],
  ];
}

/**
 * Translates the paths of the drive in a text. A value that is only a path gets backslashes, as
 * the runner sets it; inside of another text (YAML, JSON) it gets slashes, which Windows accepts.
 */
export function toWindows(lane: string, text: string): string {
  return mappings(lane).reduce((value, [folder, name]) => {
    if (value === folder) return `${name}\\`;
    if (!value.includes(`${folder}/`)) return value;
    const replaced = value
      .replaceAll(`file://${folder}/`, `file:///${name}/`)
      .replaceAll(`${folder}/`, `${name}/`);
    const isPath = value.startsWith(`${folder}/`) && !/[\n,;"'=]/.test(value);
    return isPath ? replaced.replaceAll('/', '\\') : replaced;
  }, text);
}

/** Translates Windows paths of the drive back. */
export function fromWindows(lane: string, text: string): string {
  const toPath = (_: string, path: string) => {
    const unix = path.replaceAll('\\', '/');
    return unix.startsWith('repo/')
      ? join(REPOSITORY, unix.slice('repo/'.length))
      : join(windowsDrive(lane), unix);
  };
  return text.replace(/\bW:[\\/]([^\s"'<>|:*?]*)/g, toPath);
}

/** A script, and how to stop it. */
interface WindowsScript {
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** A file whose creation sends CTRL_C. */
  readonly stopFile: string;
}

/** Returns a command that runs a script with the Windows Node, and the variables of Wine. */
export function windowsCommand(
  lane: string,
  { script, cwd, env, stopFile }: WindowsScript,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const { PATH = '', HOME: _home, TMPDIR: _tmp, TEMP: _temp, TMP: _tmp2, ...others } = env;
  const inside = toInside(lane, cwd);
  const folders = PATH.split(':').filter((folder) => folder.startsWith(windowsDrive(lane)));
  return {
    // Not the shell script `wine`, which drops variables with hyphens: INPUT_FAIL-ON.
    argv: [
      ...['chroot', lane, '/usr/bin/env', '-C', inside],
      ...['/usr/lib/wine/wine64', '/nw/launch.exe', toWindows(lane, stopFile)],
      ...['Z:\\nw\\node.exe', toWindows(lane, script)],
    ],
    env: {
      ...Object.fromEntries(
        Object.entries(others).map(([name, value]) => [name, toWindows(lane, value)]),
      ),
      HOME: '/root',
      PATH: '/usr/sbin:/usr/bin:/bin',
      // Hosted runners have Node on their PATH.
      WINEPATH: [...folders.map((folder) => toWindows(lane, folder)), 'Z:\\nw'].join(';'),
      WINEPREFIX: '/root/wp',
      WINEDEBUG: '-all',
      WINEDLLOVERRIDES: 'mscoree,mshtml=d',
      XDG_RUNTIME_DIR: '/tmp',
      LC_ALL: 'C.UTF-8',
    },
  };
}

/** The path of a folder inside of the lane. */
function toInside(lane: string, folder: string): string {
  if (folder.startsWith(`${lane}/`)) return folder.slice(lane.length);
  if (folder.startsWith(REPOSITORY)) return `/ci/repo${folder.slice(REPOSITORY.length)}`;
  throw new Error(`${folder} is not on the drive of the Windows lane.`);
}
