import { quoted } from './field-parsers.ts';
import { InvalidLink } from './invalid-link.ts';

const SECURITIES = ['auto', 'none', 'zero', 'aes-128-gcm', 'chacha20-poly1305'];

/** The cipher of VMess; empty means auto. */
export function parseCipher(text: string): string {
  const security = text.trim().toLowerCase() || 'auto';
  if (security === 'chacha20-ietf-poly1305') return 'chacha20-poly1305';
  if (!SECURITIES.includes(security)) {
    throw new InvalidLink(`its cipher ${quoted(security)} is not known`);
  }
  return security;
}

/** How many more ids a user had before AEAD; 0 is AEAD. Empty, null and absent are 0. */
export function parseAlterId(value: unknown): number {
  const text = String(value ?? '').trim();
  if (!/^\d{0,5}$/.test(text)) throw new InvalidLink(`its alterId ${quoted(text)} is no number`);
  return Number(text);
}
