import { type Preset, withVariables } from './preset.ts';

/** A disk that takes this time for each asynchronous operation of the action on a file. */
export function slowDisk(delayMs: number): Preset {
  const preload = new URL('./slow-disk-preload.mjs', import.meta.url);
  preload.searchParams.set('ms', String(delayMs));
  return withVariables({ NODE_OPTIONS: `--import ${preload.href}` });
}
