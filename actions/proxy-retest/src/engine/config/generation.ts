/**
 * What decides which configuration an engine takes. The formats of sing-box: 1.11 has WireGuard as
 * an endpoint and rules with actions; 1.12 typed DNS servers, a certificate block and a resolver
 * for the names of servers; 1.13 and 1.14 only took away what came before
 * (https://sing-box.sagernet.org/migration/).
 */
export interface Generation {
  /** The second number of the version: 11 for 1.11. */
  readonly minor: number;
  /** What it was built with (`with_quic`, `with_utls`, …). */
  readonly tags: ReadonlySet<string>;
}

/** The oldest that knows WireGuard endpoints and rule actions. */
export const OLDEST_MINOR = 11;

export const hasTypedDns = ({ minor }: Generation): boolean => minor >= 12;
