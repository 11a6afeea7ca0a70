/**
 * Decodes base64 of either alphabet, padded or not; `undefined` when it is not valid base64 or the
 * result is not UTF-8.
 */
export function decodeBase64(text: string): string | undefined {
  const digits = text.replace(/\s+/g, '').replace(/=+$/, '');
  if (digits === '' || digits.length % 4 === 1 || !/^[\w+/-]+$/.test(digits)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(digits, 'base64'));
  } catch {
    return undefined;
  }
}

/** The number of encoded bytes; `undefined` when it is not valid base64. */
export function countBase64Bytes(text: string): number | undefined {
  const digits = text.replace(/=+$/, '');
  if (digits.length % 4 === 1 || !/^[\w+/-]*$/.test(digits)) return undefined;
  return Math.floor((digits.length * 3) / 4);
}

/** Converts to the standard alphabet with padding. */
export function toPaddedBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('base64');
}
