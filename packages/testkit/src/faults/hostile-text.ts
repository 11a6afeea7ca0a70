import { respond } from './answers.ts';
import type { Behaviour, HttpExchange } from './behaviour.ts';

/** Text that causes harm when printed, rendered or matched without escaping, by kind of attack. */
export const HOSTILE = {
  setEnv: '::set-env name=X::1',
  errorCommand: '::error::this error is not ours',
  indentedCommand: ' \t::warning file=a.ts,line=1::nor is this warning',
  addMask: '::add-mask::a',
  stopCommands: '::stop-commands::token',
  oldErrorCommand: 'text before ##[error]a command of the old form',
  oldGroup: '##[group]folded away',
  colour: '\u001b[31mred\u001b[0m',
  cursor: '\u001b[2J\u001b[1;1Hscreen cleared\u001b[3A',
  title: '\u001b]0;window title\u0007',
  hyperlink: '\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\',
  c1: '\u009b31mred by one byte',
  carriageReturn: 'check failed\rcheck passed\u0008\u0008!',
  lineSeparator: 'one line\u2028::error::after a line separator',
  nul: 'before\u0000after',
  bidi: 'user\u202e\u2066// admin\u2069 \u2066',
  zeroWidth: 'inv\u200bisi\ufeffble',
  html: '<script>alert(1)</script><img src=x onerror=alert(1)>&lt;',
  table: 'cell | other cell |\n|---|---|',
  markdown: '`code` ``` [link](javascript:alert(1)) ![](https://evil.example/pixel) # heading',
  mention: '@mention #1 org/repository#1',
  regexTrap: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
} as const;

/** All values of `HOSTILE`, one per line. */
export const HOSTILE_TEXT = Object.values(HOSTILE).join('\n');

/**
 * Sends a page with the hostile text in its title and body. The reason phrase and the header
 * `x-hostile` contain it without control characters and line ends, which HTTP does not allow.
 */
export function hostileText(status = 200): Behaviour<HttpExchange> {
  const head = toHeaderValue(HOSTILE_TEXT);
  const body = `<!doctype html><title>${HOSTILE_TEXT}</title><p>${HOSTILE_TEXT}</p>`;
  return (exchange) => {
    exchange.response.statusMessage = head;
    const headers = { 'content-type': 'text/html; charset=utf-8', 'x-hostile': head };
    return respond(status, { headers, body })(exchange);
  };
}

/** Encodes UTF-8 bytes as one character each, as Node requires for headers, without control characters. */
function toHeaderValue(text: string): string {
  return [...Buffer.from(text)]
    .filter((byte) => byte >= 32 && byte !== 127)
    .map((byte) => String.fromCharCode(byte))
    .join('');
}
