/** One record of a list: where it stands, in bytes, and what stands there. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Latin-1: a character a byte, so that nothing is lost, whatever the bytes. */
  readonly raw: string;
}

/** Finds the records in the bytes of a list, in order. Throws {@link BrokenList}. */
export type Scan = (chunks: AsyncIterable<Buffer>) => AsyncIterable<Span>;

/** The list as a whole cannot be read; nothing may be written in its place. */
export class BrokenList extends Error {
  override readonly name = 'BrokenList';
}

/** A record that is longer cannot be one. */
export const MOST_RECORD_BYTES = 4 << 20;
