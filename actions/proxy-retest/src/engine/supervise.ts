import { namedBy, reason } from './check.ts';
import { type Carried, type ConfigOptions, engineConfig } from './config/engine-config.ts';
import type { LogEvent } from './log-lines.ts';
import { type EngineProcess, type EngineProgram, startEngine } from './process.ts';

type Running =
  | { readonly kind: 'up'; readonly port: number }
  /** For good; untrusted. */
  | { readonly kind: 'down'; readonly why: string };

export interface Supervised {
  /** As it is now; waits while it is started again. */
  readonly current: () => Promise<Running>;
  /** The process that listens on this port still runs. */
  readonly isUp: (port: number) => boolean;
  readonly stop: () => Promise<void>;
}

export interface SuperviseOptions {
  readonly onEvent: (event: LogEvent) => void;
  /** One that the engine takes in its check but not at its start; `why` is harmless. */
  readonly onUnfit: (carried: Carried, why: string) => void;
  readonly signal: AbortSignal;
}

const START_MS = 30_000;
/** One that crashes more often is not started any more. */
const RESTARTS = 3;

/** Keeps one engine running for all that are carried; starts none for nothing. */
export function supervise(
  program: EngineProgram,
  all: readonly Carried[],
  config: ConfigOptions,
  { onEvent, onUnfit, signal }: SuperviseOptions,
): Supervised {
  let carried = all;
  let process: EngineProcess | undefined;
  let restarts = 0;
  let stopped = false;

  const start = async (): Promise<Running> => {
    if (carried.length === 0) return { kind: 'down', why: 'there is nothing to carry' };
    const outcome = await startEngine(program, engineConfig(carried, config), {
      onEvent,
      timeoutMs: START_MS,
      signal,
    });
    if (outcome.kind === 'started') {
      const mine = outcome.process;
      process = mine;
      mine.ended.then(() => lost(mine));
      return { kind: 'up', port: mine.port };
    }
    const unfit = namedBy(outcome.why, carried);
    if (!unfit) return { kind: 'down', why: outcome.why };
    onUnfit(unfit, reason(outcome.why));
    carried = carried.filter((one) => one !== unfit);
    return start();
  };

  const lost = (mine: EngineProcess) => {
    if (process !== mine) return;
    process = undefined;
    if (stopped || signal.aborted) return;
    running =
      restarts++ < RESTARTS
        ? start()
        : Promise.resolve({ kind: 'down', why: `it crashed ${restarts} times` });
  };

  let running = start();
  return {
    current: () => running,
    isUp: (port) => process?.port === port,
    stop: async () => {
      stopped = true;
      await running;
      await process?.stop();
    },
  };
}
