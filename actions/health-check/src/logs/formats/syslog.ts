import { parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';
import { access } from './access.ts';
import { plain } from './plain.ts';

/** RFC 3164 as written to files, also with RFC 3339 times, and RFC 5424. */
const LINE =
  /^(?:<(\d{1,3})>(?:1 )?)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) (\S+) ([\w./-]+)(?:\[\d+\])?: (.*)$/;
const SEVERITIES = 'emerg alert crit err warn notice info debug'.split(' ');

/**
 * `Nov 20 18:16:48 host program[12]: message`. The level is in the priority before it. Files
 * usually omit the priority; then the level is that of the message, if any.
 */
export const syslog: LogFormat = (line) => {
  const [, priority, at, , logger, message = ''] = LINE.exec(line) ?? [];
  if (at === undefined || logger === undefined) return undefined;
  const inner = access(message) ?? plain(message);
  const level =
    priority === undefined ? inner?.level : parseLevel(SEVERITIES[Number(priority) % 8] ?? '');
  return {
    at,
    logger,
    message: inner?.message ?? message,
    ...(level && { level }),
    ...(inner?.request && { request: inner.request }),
  };
};
