/** The first row of a query, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** An integer of up to 64 bits. */
export function parseInteger(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
