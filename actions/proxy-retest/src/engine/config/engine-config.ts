import { type Generation, hasTypedDns } from './generation.ts';
import type { Section } from './outbound.ts';
import type { Json } from './place.ts';

export interface Carried {
  readonly section: Section;
  /** The tag of the section, and the user whose connections go through it. */
  readonly tag: string;
}

export interface ConfigOptions {
  readonly generation: Generation;
  /** The password of all users: of this run, and nobody else's. */
  readonly password: string;
  /** A file with certificates to trust besides the system's; empty without. */
  readonly caFile: string;
}

/**
 * The configuration: one inbound on the loopback whose users each have their own way out. A
 * connection of anybody else is refused.
 */
export function engineConfig(carried: readonly Carried[], options: ConfigOptions): Json {
  const { generation, password, caFile } = options;
  const typed = hasTypedDns(generation);
  const of = (name: Section['section']) =>
    carried.filter(({ section }) => section.section === name).map(({ section }) => section.json);
  return {
    // Connections and their errors; no time, which our own clock gives.
    log: { level: 'info', timestamp: false },
    // Only for WireGuard, which has no names in it.
    dns: {
      servers: [typed ? { type: 'local', tag: 'local' } : { tag: 'local', address: 'local' }],
    },
    ...(typed && caFile !== '' && { certificate: { certificate_path: [caFile] } }),
    inbounds: [
      {
        type: 'mixed',
        tag: 'in',
        listen: '127.0.0.1',
        // The system chooses the port, and the engine tells it.
        listen_port: 0,
        users: carried.map(({ tag }) => ({ username: tag, password })),
      },
    ],
    outbounds: of('outbounds'),
    endpoints: of('endpoints'),
    route: {
      rules: [
        ...carried.map(({ tag }) => ({ auth_user: [tag], outbound: tag })),
        { inbound: ['in'], action: 'reject' },
      ],
      ...(typed && { default_domain_resolver: 'local' }),
    },
  };
}
