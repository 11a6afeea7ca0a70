import { expect, test } from 'vitest';
import { hiddenMarker, readMarker } from './marker.ts';

test('reads back any data', () => {
  for (const data of [{ a: 1 }, '-->', '<!-- x -->', ['"', '\n', '\u2028', '&amp;', null]]) {
    const marker = hiddenMarker('name', data);
    expect(marker).toMatch(/^<!-- name [^<>\n]* -->$/);
    expect(marker.slice(4, -3)).not.toContain('--');
    expect(readMarker('name', `text\n${marker}\nmore <!-- name 2 -->`)).toEqual(data);
  }
});

test('returns undefined for a missing or invalid marker', () => {
  for (const text of [undefined, null, '', '<!-- other {} -->', '<!-- name {', '<!-- name { -->']) {
    expect(readMarker('name', text)).toBeUndefined();
  }
});
