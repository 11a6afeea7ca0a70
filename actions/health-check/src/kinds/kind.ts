import type { AddressPolicy } from '@repo/probe/address';
import type { PhaseTimings } from '@repo/probe/failure';
import type { Lookup } from '@repo/probe/resolve';
import type { TlsSettings } from '@repo/probe/tls';
import type { GenericSchema } from 'valibot';
import type { Expectation } from '../expectations/expectation.ts';

/** The names that expressions may use in every kind. */
export const COMMON_VARIABLES = ['latency', 'window', 'attempt'];

/** A kind of check: how its targets are written, and what can be found out about them. */
export interface Kind {
  /** The options as a configuration has them, understood as a target. */
  readonly schema: GenericSchema<unknown, Target>;
  /** A target given as a URL, of a scheme that the registry names. @throws InvalidValue */
  readonly fromUrl?: (url: URL, request: RequestInputs) => Target;
  /** `status` is that of a page, which the input `expect-status` is about. */
  readonly isPage?: true;
  /** The names that expressions may use, besides those that every kind has. */
  readonly variables: readonly string[];
}

/** Something to look at. */
export interface Target {
  /** As people may see it: without credentials. */
  readonly description: string;
  /** What nobody may see. */
  readonly secrets: readonly string[];
  /** What is expected where the user expects nothing. */
  readonly implied: readonly Expectation[];
  /** One attempt: an observation for each address that was looked at; at least one. */
  readonly attempt: (context: AttemptContext) => Promise<readonly Observation[]>;
}

/** The inputs that shape the request of a target given as a URL. */
export interface RequestInputs {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
}

/** What all checks share, whatever they look at. */
export interface Network {
  readonly family: 4 | 6 | undefined;
  /** `host:port` → address, asked before DNS. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly addresses: AddressPolicy;
  readonly tls: TlsSettings;
  readonly insecure: boolean;
  /** The HTTP proxy that HTTP checks go through. */
  readonly proxy?: URL;
  /** The system's resolver unless told. */
  readonly lookup?: Lookup;
  /** Where the system's resolver asks, `address` or `address:port`; found out unless told. */
  readonly nameServers?: readonly string[];
}

/** This machine, for the kinds that look at it. */
export interface Machine {
  /** The folder that relative paths are seen from. */
  readonly workspace: string;
  /** A variable of the environment, empty where it is not set. */
  readonly variable: (name: string) => string;
}

export interface AttemptContext {
  readonly network: Network;
  readonly machine: Machine;
  /** Look at every resolved address, or until one suffices. */
  readonly every: boolean;
  /** Whether an observation meets all that is demanded. */
  readonly suffices: (observation: Observation) => boolean;
  /** Fresh connections to each address; the version gate wants several. */
  readonly connections: number;
  /** The variables that the expectations read: what nobody asks for need not be found out. */
  readonly reads: ReadonlySet<string>;
  /** The whole attempt, ms. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

interface Seen {
  /** The address that was dialled, where there was one. */
  readonly address?: string;
  readonly phases?: PhaseTimings;
  /** This machine has no way to addresses like that one. */
  readonly noRoute?: boolean;
  /** What helps to understand a failure; text from outside, made when asked for. */
  readonly evidence?: () => readonly Evidence[];
  /** What is worth knowing of a healthy target too; text from outside. */
  readonly findings?: () => readonly Evidence[];
}

export type Observation =
  /** The target answered: expectations decide. */
  | (Seen & { readonly state: 'answered'; readonly facts: Facts })
  /** The target did not answer, or not in a way that can be judged further. */
  | (Seen & { readonly state: 'failed'; readonly reason: string })
  /** This machine could not look; `final` when it will not be able to later either. */
  | (Seen & { readonly state: 'unknown'; readonly reason: string; readonly final: boolean });

/** The variables of the kind, as plain values; what could not be found is absent. */
export type Facts = Readonly<Record<string, unknown>>;

export interface Evidence {
  readonly title: string;
  readonly lines: readonly string[];
}
