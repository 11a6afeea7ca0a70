import type { Kind } from '@repo/checks/kinds/kind';

type Part = 'host' | 'port';

interface Entry {
  /** URL schemes of the `url` input that mean this kind. */
  readonly schemes: readonly string[];
  /** What such a URL has to name. */
  readonly needs: readonly Part[];
  readonly load: () => Promise<Kind>;
}

/** Every kind of check, by the key that it has in a configuration; loaded when first used. */
export const KINDS: Readonly<Record<string, Entry>> = {
  http: {
    schemes: ['http', 'https'],
    needs: ['host'],
    load: async () => (await import('@repo/checks/kinds/http')).http,
  },
  tcp: {
    schemes: ['tcp'],
    needs: ['host', 'port'],
    load: async () => (await import('@repo/checks/kinds/tcp')).tcp,
  },
  tls: {
    schemes: ['tls'],
    needs: ['host', 'port'],
    load: async () => (await import('./tls.ts')).tls,
  },
  dns: {
    schemes: ['dns'],
    needs: [],
    load: async () => (await import('./dns/dns.ts')).dns,
  },
  grpc: {
    schemes: ['grpc', 'grpcs'],
    needs: ['host', 'port'],
    load: async () => (await import('./grpc/grpc.ts')).grpc,
  },
  websocket: {
    schemes: ['ws', 'wss'],
    needs: ['host'],
    load: async () => (await import('./websocket/websocket.ts')).websocket,
  },
  unix: {
    schemes: ['unix'],
    needs: [],
    load: async () => (await import('./unix.ts')).unix,
  },
  postgres: {
    schemes: ['postgres', 'postgresql'],
    needs: ['host'],
    load: async () => (await import('./postgres/postgres.ts')).postgres,
  },
  mysql: {
    schemes: ['mysql', 'mariadb'],
    needs: ['host'],
    load: async () => (await import('./mysql/mysql.ts')).mysql,
  },
  redis: {
    schemes: ['redis', 'rediss'],
    needs: ['host'],
    load: async () => (await import('./redis/redis.ts')).redis,
  },
  docker: {
    schemes: [],
    needs: [],
    load: async () => (await import('./docker.ts')).docker,
  },
  sqlite: {
    schemes: [],
    needs: [],
    load: async () => (await import('./sqlite.ts')).sqlite,
  },
  disk: {
    schemes: [],
    needs: [],
    load: async () => (await import('./disk.ts')).disk,
  },
  file: {
    schemes: [],
    needs: [],
    load: async () => (await import('./file.ts')).file,
  },
  log: {
    schemes: [],
    needs: [],
    load: async () => (await import('./log.ts')).log,
  },
  exec: {
    schemes: [],
    needs: [],
    load: async () => (await import('@repo/checks/kinds/exec')).exec,
  },
  icmp: {
    schemes: ['icmp'],
    needs: ['host'],
    load: async () => (await import('./icmp/icmp.ts')).icmp,
  },
  tailscale: {
    schemes: [],
    needs: [],
    load: async () => (await import('./tailscale/tailscale.ts')).tailscale,
  },
};

/** The name of the kind that a URL scheme means. */
export function kindOfScheme(scheme: string): string | undefined {
  return Object.keys(KINDS).find((name) => KINDS[name]?.schemes.includes(scheme));
}

/** What a URL of that kind has to name. */
export function needsOf(kind: string): readonly Part[] {
  return KINDS[kind]?.needs ?? [];
}

export function schemes(): readonly string[] {
  return Object.values(KINDS).flatMap((entry) => entry.schemes);
}
