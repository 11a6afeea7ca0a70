import type { Kind } from '@repo/checks/kinds/kind';

type Part = 'host' | 'port';

interface Entry {
  /** The URL schemes of this kind in the input `url`. */
  readonly schemes: readonly string[];
  /** Required parts of such a URL. */
  readonly requires: readonly Part[];
  readonly load: () => Promise<Kind>;
}

/** All kinds of checks by their configuration keys; each is loaded on first use. */
export const KINDS: Readonly<Record<string, Entry>> = {
  http: {
    schemes: ['http', 'https'],
    requires: ['host'],
    load: async () => (await import('@repo/checks/kinds/http')).http,
  },
  tcp: {
    schemes: ['tcp'],
    requires: ['host', 'port'],
    load: async () => (await import('@repo/checks/kinds/tcp')).tcp,
  },
  tls: {
    schemes: ['tls'],
    requires: ['host', 'port'],
    load: async () => (await import('./tls.ts')).tls,
  },
  dns: {
    schemes: ['dns'],
    requires: [],
    load: async () => (await import('./dns/dns.ts')).dns,
  },
  grpc: {
    schemes: ['grpc', 'grpcs'],
    requires: ['host', 'port'],
    load: async () => (await import('./grpc/grpc.ts')).grpc,
  },
  websocket: {
    schemes: ['ws', 'wss'],
    requires: ['host'],
    load: async () => (await import('./websocket/websocket.ts')).websocket,
  },
  unix: {
    schemes: ['unix'],
    requires: [],
    load: async () => (await import('./unix.ts')).unix,
  },
  postgres: {
    schemes: ['postgres', 'postgresql'],
    requires: ['host'],
    load: async () => (await import('./postgres/postgres.ts')).postgres,
  },
  mysql: {
    schemes: ['mysql', 'mariadb'],
    requires: ['host'],
    load: async () => (await import('./mysql/mysql.ts')).mysql,
  },
  redis: {
    schemes: ['redis', 'rediss'],
    requires: ['host'],
    load: async () => (await import('./redis/redis.ts')).redis,
  },
  docker: {
    schemes: [],
    requires: [],
    load: async () => (await import('./docker.ts')).docker,
  },
  sqlite: {
    schemes: [],
    requires: [],
    load: async () => (await import('./sqlite.ts')).sqlite,
  },
  disk: {
    schemes: [],
    requires: [],
    load: async () => (await import('./disk.ts')).disk,
  },
  file: {
    schemes: [],
    requires: [],
    load: async () => (await import('./file.ts')).file,
  },
  log: {
    schemes: [],
    requires: [],
    load: async () => (await import('./log.ts')).log,
  },
  exec: {
    schemes: [],
    requires: [],
    load: async () => (await import('@repo/checks/kinds/exec')).exec,
  },
  icmp: {
    schemes: ['icmp'],
    requires: ['host'],
    load: async () => (await import('./icmp/icmp.ts')).icmp,
  },
  tailscale: {
    schemes: [],
    requires: [],
    load: async () => (await import('./tailscale/tailscale.ts')).tailscale,
  },
};

/** The kind of a URL scheme. */
export function findKindByScheme(scheme: string): string | undefined {
  return Object.keys(KINDS).find((name) => KINDS[name]?.schemes.includes(scheme));
}

/** The required parts of a URL of this kind. */
export function getRequiredParts(kind: string): readonly Part[] {
  return KINDS[kind]?.requires ?? [];
}

export function listSchemes(): readonly string[] {
  return Object.values(KINDS).flatMap((entry) => entry.schemes);
}
