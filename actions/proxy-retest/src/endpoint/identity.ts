import { createHash } from 'node:crypto';
import type { Endpoint } from './endpoint.ts';

/**
 * What an endpoint is known by from run to run: SHA-256, in hexadecimal, of everything that decides
 * where a connection goes and as whom. Two links that differ only in their remarks or their spelling
 * are one endpoint.
 */
export function identityOf(endpoint: Endpoint): string {
  return createHash('sha256').update(normalForm(endpoint)).digest('hex');
}

/** JSON with its keys in order, without what is empty: fields that come later change no identity. */
function normalForm(endpoint: Endpoint): string {
  return JSON.stringify(endpoint, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value)
      .filter(([, field]) => !isEmpty(field))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

function isEmpty(field: unknown): boolean {
  if (Array.isArray(field)) return field.length === 0;
  return field === undefined || field === '' || field === false;
}
