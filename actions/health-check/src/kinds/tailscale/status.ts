import { parseJson } from '@repo/checks/parse-json';

/** What tailscaled says about itself and the others of its tailnet; untrusted. */
export interface Status {
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
 * Reads the status as LocalAPI and `tailscale status --json` give it (`ipnstate.Status`).
 * `undefined` when it is none.
 */
export function readStatus(text: string): Status | undefined {
  const status = parseJson(text);
  if (!isObject(status) || typeof status.BackendState !== 'string') return undefined;
  const self = isObject(status.Self) ? status.Self : {};
  const peers = isObject(status.Peer) ? Object.values(status.Peer) : [];
  return {
    online: status.BackendState === 'Running' && self.Online === true,
    state: status.BackendState,
    peers: peers.filter(isObject).map((peer) => ({
      name: nameOf(peer),
      online: peer.Online === true,
      addresses: Array.isArray(peer.TailscaleIPs) ? peer.TailscaleIPs.map(String) : [],
      os: String(peer.OS ?? ''),
    })),
  };
}

/** `db` of `db.tailnet.ts.net.`; the name that the machine gives itself where it has none. */
function nameOf({ DNSName, HostName }: Readonly<Record<string, unknown>>): string {
  const [first = ''] = typeof DNSName === 'string' ? DNSName.split('.') : [];
  return first === '' ? String(HostName ?? '') : first;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
