import { stripInvisible } from '@repo/core/text/untrusted';

/** Text from outside as text of HTML, in attributes too. */
export function htmlText(text: string): string {
  return stripInvisible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
