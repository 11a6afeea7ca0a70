import { expect, test } from 'vitest';
import { hiddenMarker, readMarker } from './marker.ts';

test('what was hidden is found again, whatever it holds', () => {
  for (const data of [{ a: 1 }, '-->', '<!-- x -->', ['"', '\n', '\u2028', '&amp;', null]]) {
    const marker = hiddenMarker('name', data);
    expect(marker).toMatch(/^<!-- name [^<>\n]* -->$/);
    expect(marker.slice(4, -3)).not.toContain('--');
    expect(readMarker('name', `text\n${marker}\nmore <!-- name 2 -->`)).toEqual(data);
  }
});

test('nothing, or nothing that can be read, is undefined', () => {
  for (const text of [undefined, null, '', '<!-- other {} -->', '<!-- name {', '<!-- name { -->']) {
    expect(readMarker('name', text)).toBeUndefined();
  }
});
