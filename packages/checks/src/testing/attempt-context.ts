import type { Lookup } from '@repo/probe/resolve';
import type { AttemptContext, Machine, Network } from '../kinds/kind.ts';

export const NETWORK: Network = {
  family: undefined,
  overrides: new Map(),
  addresses: () => undefined,
  tls: {},
  insecure: false,
};

/** A machine without environment variables. */
export const MACHINE: Machine = { workspace: process.cwd(), variable: () => '' };

type Overrides = Partial<Omit<AttemptContext, 'network' | 'machine' | 'reads'>> & {
  readonly machine?: Partial<Machine>;
  readonly network?: Partial<Network>;
  readonly reads?: readonly string[];
};

/** The context of one attempt in a test: any answer of one address suffices. */
export function attemptContext({
  network,
  machine,
  reads = [],
  ...rest
}: Overrides = {}): AttemptContext {
  return {
    allAddresses: false,
    connections: 1,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    suffices: ({ state }) => state === 'answered',
    ...rest,
    network: { ...NETWORK, ...network },
    machine: { ...MACHINE, ...machine },
    reads: new Set(reads),
  };
}

/** A resolver for tests that returns these addresses for every name. */
export function addresses(...all: readonly string[]): Lookup {
  return async () => all.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
