const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const ZONE = '(?: ?(?:Z|UTC|GMT|CES?T|[EP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z]))?';

/** The ways in which a line begins with a time, with or without brackets. */
const LEADING = new RegExp(
  `^\\[?(${[
    `\\d{4}[-/]\\d\\d[-/]\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?${ZONE}`,
    '[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? \\d{4}',
    '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d',
    '\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?',
  ].join('|')})\\]?(?=[\\s|:,\\]-]|$)`,
);

/** A line that begins with a time, in two. */
export function leadingTime(
  line: string,
): { readonly at: string; readonly rest: string } | undefined {
  const [whole, at] = LEADING.exec(line) ?? [];
  return whole === undefined || at === undefined
    ? undefined
    : { at, rest: line.slice(whole.length) };
}

/**
 * A time as logs write it, in epoch milliseconds; without a zone it is the local time here. A time
 * without a year is of the last twelve months; without a day it is `undefined`.
 */
export function timeOf(text: string, now: number): number | undefined {
  for (const read of [isoTime, accessTime, asctime, syslogTime, epochTime]) {
    const ms = read(text, now);
    if (ms !== undefined && !Number.isNaN(ms)) return ms;
  }
  return undefined;
}

function isoTime(text: string): number | undefined {
  const [, year, month, day, time, fraction = '0', zone = ''] =
    /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))? ?(\S*)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  return Date.parse(`${year}-${month}-${day}T${time}.${ms}${offset(zone)}`);
}

/** `20/Nov/2026:18:16:48 +0000` of access logs, `20/Nov/2026 18:16:48` of werkzeug. */
function accessTime(text: string): number | undefined {
  const [, day, month = '', year, time, zone = ''] =
    /^(\d\d)\/(\w{3})\/(\d{4})[: ](\d\d:\d\d:\d\d) ?(\S*)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  return Date.parse(`${year}-${monthNumber(month)}-${day}T${time}${offset(zone)}`);
}

/** `Fri Nov 20 18:16:46.123456 2026`. */
function asctime(text: string): number | undefined {
  const [, month = '', day = '', time, year] =
    /^\w{3} (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  return Date.parse(`${year}-${monthNumber(month)}-${day.padStart(2, '0')}T${time}`);
}

/** `Nov 20 18:16:48`: a log has no future, so the year is this one or the one before. */
function syslogTime(text: string, now: number): number | undefined {
  const [, month = '', day = '', time] = /^(\w{3}) +(\d+) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  if (time === undefined) return undefined;
  const year = new Date(now).getFullYear();
  const of = (one: number) =>
    Date.parse(`${one}-${monthNumber(month)}-${day.padStart(2, '0')}T${time}`);
  return of(year) > now + 86_400_000 ? of(year - 1) : of(year);
}

/** Seconds, with a fraction or without, or milliseconds since the epoch. */
function epochTime(text: string): number | undefined {
  if (/^\d{10}(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return /^\d{13}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function monthNumber(name: string): string {
  return String(MONTHS.indexOf(name) + 1).padStart(2, '0');
}

function offset(zone: string): string {
  if (zone === '' || zone === 'Z') return zone;
  if (zone === 'UTC' || zone === 'GMT') return 'Z';
  return zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
}
