/** A record of a list, with its byte range. */
export interface RecordSpan {
  readonly start: number;
  readonly end: number;
  /** Decoded as Latin-1, which preserves every byte. */
  readonly raw: string;
}

/** Finds the records in the bytes of a list, in order. Throws {@link BrokenList}. */
export type Scan = (chunks: AsyncIterable<Buffer>) => AsyncIterable<RecordSpan>;

/** The list cannot be read and must not be overwritten. */
export class InvalidList extends Error {
  override readonly name = 'BrokenList';
}

/** A longer record indicates a damaged list. */
export const MAX_RECORD_BYTES = 4 << 20;
