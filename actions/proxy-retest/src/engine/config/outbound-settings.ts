import type { EngineCapabilities } from './capabilities.ts';

/** A part of a configuration of sing-box, as JSON. */
export type Json = { readonly [name: string]: unknown };

export interface OutboundSettings {
  /** The name of the outbound within the configuration. */
  readonly tag: string;
  /** An IP address, or a name that the engine resolves. */
  readonly server: string;
  readonly capabilities: EngineCapabilities;
}

/** The engine does not support the endpoint. */
export class UnsupportedEndpoint extends Error {
  override readonly name = 'UnsupportedEndpoint';
}
