import type { Log } from '@repo/core/action/log';
import type { AddressPolicy } from '@repo/probe/address';
import type { Lookup } from '@repo/probe/resolve';
import type { TlsSettings } from '@repo/probe/tls';
import type { GenericSchema } from 'valibot';
import type { Expectation } from '../expectations/expectation.ts';
import type { Observation } from './observation.ts';

/** The variables that expressions can use in every kind. */
export const COMMON_VARIABLES = ['latency', 'window', 'attempt'];

/** A kind of check: the options of its targets, and the facts that an attempt finds. */
export interface Kind {
  /** Parses the options of a configuration to a target. */
  readonly schema: GenericSchema<unknown, Target>;
  /** Creates a target from a URL. The registry lists the schemes. @throws InvalidValue */
  readonly fromUrl?: (url: URL, request: RequestOptions) => Target;
  /** `status` is the status of an HTTP response, which the input `expect-status` applies to. */
  readonly isPage?: true;
  /** The variables of this kind, in addition to {@link COMMON_VARIABLES}. */
  readonly variables: readonly string[];
}

/** Something that a check probes. */
export interface Target {
  /** For logs and reports, without credentials. */
  readonly description: string;
  /** Values that must not appear in any output. */
  readonly secrets: readonly string[];
  /** Apply if the user configures no expectation. */
  readonly defaultExpectations: readonly Expectation[];
  /** Runs one attempt. Returns at least one observation: one for each probed address. */
  readonly attempt: (context: AttemptContext) => Promise<readonly Observation[]>;
}

/** The inputs that apply to the request of a target given as a URL. */
export interface RequestOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
}

/** Network settings that all checks share. */
export interface Network {
  readonly family: 4 | 6 | undefined;
  /** `host:port` → address. Takes precedence over DNS. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly addresses: AddressPolicy;
  readonly tls: TlsSettings;
  readonly insecure: boolean;
  /** The HTTP proxy for a request of an HTTP check; other kinds connect directly. */
  readonly findProxy?: (url: URL) => URL | undefined;
  /** Default: the resolver of the system. */
  readonly lookup?: Lookup;
  /** The DNS servers, `address` or `address:port`. Default: those of the system. */
  readonly nameServers?: readonly string[];
}

/** The local machine, for the kinds that inspect it. */
export interface Machine {
  /** The folder that relative paths start from. */
  readonly workspace: string;
  /** Reads an environment variable; empty if it is not set. */
  readonly variable: (name: string) => string;
}

export interface AttemptContext {
  readonly network: Network;
  readonly machine: Machine;
  /** Probe every resolved address. Otherwise the first sufficient answer ends the attempt. */
  readonly allAddresses: boolean;
  /** Whether an observation meets all expectations. */
  readonly suffices: (observation: Observation) => boolean;
  /** Number of new connections to each address. The version check uses several. */
  readonly connections: number;
  /** The variables that the expectations read. Facts that nothing reads can be left out. */
  readonly reads: ReadonlySet<string>;
  /** Limit of the whole attempt. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Logs requests and programs with their results, without secrets. */
  readonly debug?: Log['debug'];
}
