import { quote } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';

const CIPHERS = ['auto', 'none', 'zero', 'aes-128-gcm', 'chacha20-poly1305'];

/** An empty cipher is auto. */
export function parseCipher(text: string): string {
  const security = text.trim().toLowerCase() || 'auto';
  if (security === 'chacha20-ietf-poly1305') return 'chacha20-poly1305';
  if (!CIPHERS.includes(security)) {
    throw new InvalidLink(`its cipher ${quote(security)} is not supported`);
  }
  return security;
}

/** 0 selects AEAD. Empty, null and absent values are 0. */
export function parseAlterId(value: unknown): number {
  const text = String(value ?? '').trim();
  if (!/^\d{0,5}$/.test(text)) throw new InvalidLink(`its alterId ${quote(text)} is not a number`);
  return Number(text);
}
