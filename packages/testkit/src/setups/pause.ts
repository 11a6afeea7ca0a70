import { readFileSync } from 'node:fs';
import { type Preset, startedBy } from './preset.ts';

/** A runner that can be paused, as a virtual machine that is moved. */
export interface PausableRunner {
  readonly preset: Preset;
  /** Stops the process of the action. Its children and the clock go on. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/**
 * Creates a preset for one action at a time.
 *
 * @param pidFile a path for the ID of the process
 */
export function pausableRunner(pidFile: string): PausableRunner {
  const send = (signal: NodeJS.Signals) =>
    process.kill(Number(readFileSync(pidFile, 'utf8')), signal);
  return {
    preset: startedBy('bash', '-c', 'echo $$ > "$0" && exec "$@"', pidFile),
    pause: () => void send('SIGSTOP'),
    resume: () => void send('SIGCONT'),
  };
}
