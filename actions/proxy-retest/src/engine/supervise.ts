import { findNamedEndpoint, formatReason } from './check.ts';
import {
  type ConfigOptions,
  type ConfiguredEndpoint,
  engineConfig,
} from './config/engine-config.ts';
import type { LogEvent } from './log-lines.ts';
import { type EngineProcess, type EngineProgram, startEngine } from './process.ts';

type Running =
  | { readonly kind: 'up'; readonly port: number }
  /** Not restarted; `reason` is untrusted. */
  | { readonly kind: 'down'; readonly reason: string };

export interface Supervised {
  /** The current state; waits for a restart. */
  readonly current: () => Promise<Running>;
  /** Whether the process that listens on this port is still running. */
  readonly isUp: (port: number) => boolean;
  readonly stop: () => Promise<void>;
}

export interface SuperviseOptions {
  readonly onEvent: (event: LogEvent) => void;
  /** Called for an endpoint that passes the check but fails the start; `reason` is printable text. */
  readonly onInvalid: (configured: ConfiguredEndpoint, reason: string) => void;
  readonly signal: AbortSignal;
}

const START_TIMEOUT_MS = 30_000;
const MAX_RESTARTS = 3;

/** Keeps one engine running for the endpoints; does not start one without endpoints. */
export function supervise(
  program: EngineProgram,
  all: readonly ConfiguredEndpoint[],
  config: ConfigOptions,
  { onEvent, onInvalid, signal }: SuperviseOptions,
): Supervised {
  let configured = all;
  let process: EngineProcess | undefined;
  let restarts = 0;
  let stopped = false;

  const start = async (): Promise<Running> => {
    if (configured.length === 0) return { kind: 'down', reason: 'it has no endpoints' };
    const outcome = await startEngine(program, engineConfig(configured, config), {
      onEvent,
      timeoutMs: START_TIMEOUT_MS,
      signal,
    });
    if (outcome.kind === 'started') {
      const started = outcome.process;
      process = started;
      started.ended.then(() => handleExit(started));
      return { kind: 'up', port: started.port };
    }
    const invalidConfig = findNamedEndpoint(outcome.reason, configured);
    if (!invalidConfig) return { kind: 'down', reason: outcome.reason };
    onInvalid(invalidConfig, formatReason(outcome.reason));
    configured = configured.filter((one) => one !== invalidConfig);
    return start();
  };

  const handleExit = (exited: EngineProcess) => {
    if (process !== exited) return;
    process = undefined;
    if (stopped || signal.aborted) return;
    running =
      restarts++ < MAX_RESTARTS
        ? start()
        : Promise.resolve({ kind: 'down', reason: `it crashed ${restarts} times` });
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
