import type { Generation } from './generation.ts';

/** A part of a configuration of sing-box, as JSON. */
export type Json = { readonly [name: string]: unknown };

/** Where an endpoint is dialled, and by whom it is called what. */
export interface Place {
  /** The name of the outbound within the configuration. */
  readonly tag: string;
  /** An IP address where it was looked up before; a name where the engine looks it up. */
  readonly server: string;
  readonly generation: Generation;
}

/** Thrown where this engine cannot carry this endpoint; the message is a clause about it. */
export class CannotCarry extends Error {
  override readonly name = 'CannotCarry';
}
