import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http';

/** Formats the status line and headers of a response, including the empty line at the end. */
export function head(status: number, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
}
