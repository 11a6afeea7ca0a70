import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The system that a state folder is on. */
interface HomeSystem {
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Returns the folder of an environment within `state-dir`, one level deep. */
export function getStateDir(
  stateDir: string,
  environment: string,
  workspace: string,
  { platform, home }: HomeSystem = { platform: process.platform, home: homedir() },
): string {
  const root = stateDir.replace(platform === 'win32' ? /^~(?=[\\/]|$)/ : /^~(?=\/|$)/, () => home);
  return join(resolve(workspace, root), toFolderName(environment, platform));
}

/** Names that Windows reserves for devices, also with an extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/**
 * Encodes the name of an environment as the name of a folder. The names Production and production stay
 * different where the names of files ignore case.
 */
function toFolderName(environment: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32' && platform !== 'darwin') return encodeURIComponent(environment);
  const name = Array.from(environment, (one) =>
    /[A-Z]/.test(one) ? encodeByte(one) : encodeURIComponent(one),
  ).join('');
  return platform === 'win32' && DEVICE.test(name)
    ? `${encodeByte(name.charAt(0))}${name.slice(1)}`
    : name;
}

function encodeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
