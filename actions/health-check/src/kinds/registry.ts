import type { Kind } from './kind.ts';

interface Entry {
  /** URL schemes of the `url` input that mean this kind. */
  readonly schemes: readonly string[];
  readonly load: () => Promise<Kind>;
}

/** Every kind of check, by the key that it has in a configuration; loaded when first used. */
export const KINDS: Readonly<Record<string, Entry>> = {
  http: { schemes: ['http', 'https'], load: async () => (await import('./http.ts')).http },
  tcp: { schemes: ['tcp'], load: async () => (await import('./tcp.ts')).tcp },
  tls: { schemes: ['tls'], load: async () => (await import('./tls.ts')).tls },
};

/** The name of the kind that a URL scheme means. */
export function kindOfScheme(scheme: string): string | undefined {
  return Object.keys(KINDS).find((name) => KINDS[name]?.schemes.includes(scheme));
}

export function schemes(): readonly string[] {
  return Object.values(KINDS).flatMap((entry) => entry.schemes);
}
