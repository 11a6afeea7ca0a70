/**
 * Determines the configuration format. sing-box 1.11 introduced WireGuard endpoints and rule actions;
 * 1.12 introduced typed DNS servers, a certificate block and a resolver for server names; 1.13 and 1.14
 * only removed older formats (https://sing-box.sagernet.org/migration/).
 */
export interface EngineCapabilities {
  /** The second number of the version: 11 for 1.11. */
  readonly minor: number;
  /** Build tags (`with_quic`, `with_utls`, …). */
  readonly tags: ReadonlySet<string>;
}

/** The oldest version with WireGuard endpoints and rule actions. */
export const MIN_MINOR = 11;

export const hasTypedDns = ({ minor }: EngineCapabilities): boolean => minor >= 12;
