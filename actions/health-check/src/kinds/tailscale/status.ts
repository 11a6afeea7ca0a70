import { parseJson } from '@repo/checks/parse-json';

/** The status of this machine and its peers in the tailnet; untrusted. */
export interface TailnetStatus {
  /** This machine is connected to its tailnet. */
  readonly online: boolean;
  /** `Running`, `Stopped`, `NeedsLogin` … */
  readonly state: string;
  readonly peers: readonly Peer[];
}

interface Peer {
  /** The host name within the tailnet. */
  readonly name: string;
  readonly online: boolean;
  readonly addresses: readonly string[];
  readonly os: string;
}

/**
 * Parses the status of the LocalAPI and of `tailscale status --json` (`ipnstate.Status`).
 * Returns `undefined` for any other text.
 */
export function parseStatus(text: string): TailnetStatus | undefined {
  const status = parseJson(text);
  if (!isObject(status) || typeof status.BackendState !== 'string') return undefined;
  const self = isObject(status.Self) ? status.Self : {};
  const peers = isObject(status.Peer) ? Object.values(status.Peer) : [];
  return {
    online: status.BackendState === 'Running' && self.Online === true,
    state: status.BackendState,
    peers: peers.filter(isObject).map((peer) => ({
      name: getName(peer),
      online: peer.Online === true,
      addresses: Array.isArray(peer.TailscaleIPs) ? peer.TailscaleIPs.map(String) : [],
      os: String(peer.OS ?? ''),
    })),
  };
}

/** `db` for `db.tailnet.ts.net.`; the host name of the machine if it has no DNS name. */
function getName({ DNSName, HostName }: Readonly<Record<string, unknown>>): string {
  const [first = ''] = typeof DNSName === 'string' ? DNSName.split('.') : [];
  return first === '' ? String(HostName ?? '') : first;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
