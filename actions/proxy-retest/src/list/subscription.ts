/** Decodes a base64 subscription of either alphabet; `undefined` when it is not valid. */
export function decodeSubscription(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf|\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/** Encodes lines with the alphabet, padding and line length of the original subscription. */
export function encodeSubscription(lines: Buffer, before: Buffer): Buffer {
  const old = before.toString('latin1');
  const isUrlSafe = /[-_]/.test(old);
  let text = lines.toString(isUrlSafe ? 'base64url' : 'base64');
  const isPadded = old.trimEnd().endsWith('=') || old.replace(/\s+/g, '').length % 4 === 0;
  if (isUrlSafe && isPadded) text = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  if (!isPadded) text = text.replace(/=+$/, '');
  const [firstLine = ''] = old.split(/\r?\n/, 1);
  const end = /\r?\n$/.exec(old)?.[0] ?? '';
  const isWrapped = old.trim().length > firstLine.trim().length;
  if (isWrapped && firstLine.length > 0) {
    const lineEnd = old.includes('\r\n') ? '\r\n' : '\n';
    text = (text.match(new RegExp(`.{1,${firstLine.length}}`, 'g')) ?? []).join(lineEnd);
  }
  return Buffer.from(text + end, 'latin1');
}
