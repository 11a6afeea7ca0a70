import { type EngineCapabilities, hasTypedDns } from './capabilities.ts';
import type { Section } from './outbound.ts';
import type { Json } from './outbound-settings.ts';

export interface ConfiguredEndpoint {
  readonly section: Section;
  /** The tag of the section, and the name of its user. */
  readonly tag: string;
}

export interface ConfigOptions {
  readonly capabilities: EngineCapabilities;
  /** The password of all users, generated for this run. */
  readonly password: string;
  /** A file with additional trusted certificates; may be empty. */
  readonly caFile: string;
}

/**
 * The configuration has one inbound on the loopback interface. Each user is routed to its own outbound;
 * other connections are rejected.
 */
export function engineConfig(
  configured: readonly ConfiguredEndpoint[],
  options: ConfigOptions,
): Json {
  const { capabilities, password, caFile } = options;
  const typed = hasTypedDns(capabilities);
  const filterBy = (name: Section['section']) =>
    configured.filter(({ section }) => section.section === name).map(({ section }) => section.json);
  return {
    // The level info logs connections and their errors.
    log: { level: 'info', timestamp: false },
    // Only WireGuard uses DNS.
    dns: {
      servers: [typed ? { type: 'local', tag: 'local' } : { tag: 'local', address: 'local' }],
    },
    ...(typed && caFile !== '' && { certificate: { certificate_path: [caFile] } }),
    inbounds: [
      {
        type: 'mixed',
        tag: 'in',
        listen: '127.0.0.1',
        // The system assigns a port, which the engine logs.
        listen_port: 0,
        users: configured.map(({ tag }) => ({ username: tag, password })),
      },
    ],
    outbounds: filterBy('outbounds'),
    endpoints: filterBy('endpoints'),
    route: {
      rules: [
        ...configured.map(({ tag }) => ({ auth_user: [tag], outbound: tag })),
        { inbound: ['in'], action: 'reject' },
      ],
      ...(typed && { default_domain_resolver: 'local' }),
    },
  };
}
