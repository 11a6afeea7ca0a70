/** What a run has uploaded. Times are ms since the epoch. */
export interface Artifact {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  /** A ZIP file. */
  readonly content: Uint8Array;
  readonly createdAt: number;
  readonly expiresAt: number;
}
