/** The first row of a query, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A whole number of up to 64 bits. */
export function wholeNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
