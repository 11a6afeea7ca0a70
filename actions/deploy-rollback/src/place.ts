import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { folderOf } from './environment.ts';
import type { Inputs } from './inputs.ts';
import type { Ports } from './strategies/strategy.ts';

/** One environment, where its state lies on this machine, and what reaches the world from here. */
export interface Place {
  readonly environment: string;
  /** Of this environment alone, within `state-dir`; it need not exist yet. */
  readonly folder: string;
  readonly ports: Ports;
}

export function placeOf(
  { environment, stateDir }: Pick<Inputs, 'environment' | 'stateDir'>,
  ports: Ports,
): Place {
  const root = stateDir.replace(/^~(?=\/|$)/, homedir());
  return {
    environment,
    folder: join(resolve(ports.workspace, root), folderOf(environment)),
    ports,
  };
}
