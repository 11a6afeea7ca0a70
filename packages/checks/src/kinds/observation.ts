import type { PhaseTimings, ProbeFailure } from '@repo/probe/failure';
import type { Facts } from '../facts.ts';

interface ObservationDetails {
  /** The address that was probed, for targets that have one. */
  readonly address?: string;
  readonly phases?: PhaseTimings;
  /** The `host:port` of a proxy that can have caused the result. The reasons name it. */
  readonly proxy?: string;
  /** This machine has no network route to the address. */
  readonly noRoute?: boolean;
  /** Explains a failure; untrusted text. */
  readonly evidence?: () => readonly Evidence[];
  /** Worth reporting for a healthy target too; untrusted text. */
  readonly findings?: () => readonly Evidence[];
}

export type Observation =
  /** The target answered. The expectations decide whether it is healthy. */
  | (ObservationDetails & { readonly state: 'answered'; readonly facts: Facts })
  /** The target did not answer, or its answer cannot be judged. */
  | (ObservationDetails & { readonly state: 'failed'; readonly reason: string })
  /** This machine could not run the probe. `final`: a later attempt cannot run it either. */
  | (ObservationDetails & {
      readonly state: 'unknown';
      readonly reason: string;
      readonly final: boolean;
    });

export interface Evidence {
  readonly title: string;
  readonly lines: readonly string[];
}

/** @param final a later attempt cannot run the probe either */
export function unknownObservation(
  reason: string,
  final = false,
): Extract<Observation, { state: 'unknown' }> {
  return { state: 'unknown', reason, final };
}

/** Failures of this machine or its resolver, which say nothing about the target. */
const LOCAL_FAILURES = new Set(['local', 'dns-failed', 'dns-timeout', 'aborted']);

/** Error codes of a machine without a source address or a route for the family of the target. */
const NO_ROUTE_CODES = new Set(['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/** A failed probe as an observation: `failed`, or `unknown` if this machine caused the failure. */
export function failedObservation(
  failure: ProbeFailure,
  details: { address?: string; phases?: PhaseTimings } = {},
): Observation {
  const { causes = [], message: reason } = failure;
  const evidence = () => (causes.length > 0 ? [{ title: 'causes', lines: causes }] : []);
  const noRoute = NO_ROUTE_CODES.has(failure.code ?? '');
  if (LOCAL_FAILURES.has(failure.kind)) {
    return { ...details, noRoute, state: 'unknown', reason, final: false, evidence };
  }
  // The address policy refuses the address in later attempts too.
  if (failure.kind === 'address-refused') {
    return { ...details, state: 'unknown', reason, final: true };
  }
  return { ...details, noRoute, state: 'failed', reason, evidence };
}
