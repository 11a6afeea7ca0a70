/**
 * The text that base64 stands for, with either alphabet, padded or not; `undefined` where it is not
 * base64 or what it stands for is not UTF-8.
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

/** How many bytes base64 stands for; `undefined` where it is not base64. */
export function base64Bytes(text: string): number | undefined {
  const digits = text.replace(/=+$/, '');
  if (digits.length % 4 === 1 || !/^[\w+/-]*$/.test(digits)) return undefined;
  return Math.floor((digits.length * 3) / 4);
}

/** The same bytes with the usual alphabet, padded. */
export function paddedBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('base64');
}
