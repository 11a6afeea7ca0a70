import { type Preset, startedBy } from './preset.ts';

// These require root on Linux. bash and not sh, which drops variables with hyphens (INPUT_FAIL-ON).

/** A runner without a route: only the loopback interface is up, and it is empty. */
export function noNetwork(): Preset {
  return startedBy(...inNamespace('--net', 'ip link set lo up'));
}

/** A runner whose name servers do not answer; addresses work. */
export function dnsDown(): Preset {
  return startedBy(
    ...inNamespace(
      '--mount',
      // 127.53.0.53 has no listener: each query is refused at once.
      'mount -t tmpfs tmpfs /mnt && echo nameserver 127.53.0.53 > /mnt/resolv.conf && mount --bind /mnt/resolv.conf /etc/resolv.conf',
    ),
  );
}

/** A runner without IPv4. Its loopback interface has ::1 only. */
export function ipv6Only(): Preset {
  return startedBy(...inNamespace('--net', 'ip link set lo up && ip -4 address flush dev lo'));
}

function inNamespace(kind: '--net' | '--mount', prepare: string) {
  return ['unshare', kind, 'bash', '-c', `{ ${prepare}; } || exit 99; exec "$@"`, 'bash'] as const;
}
