const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const ZONE = '(?: ?(?:Z|UTC|GMT|CES?T|[EP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z]))?';

/** A timestamp at the start of a line, with or without brackets. */
const LEADING = new RegExp(
  `^\\[?(${[
    `\\d{4}[-/]\\d\\d[-/]\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?${ZONE}`,
    '[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? \\d{4}',
    '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d',
    '\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?',
  ].join('|')})\\]?(?=[\\s|:,\\]-]|$)`,
);

/** Splits a line that starts with a timestamp. */
export function splitLeadingTime(
  line: string,
): { readonly at: string; readonly rest: string } | undefined {
  const [whole, at] = LEADING.exec(line) ?? [];
  return whole === undefined || at === undefined
    ? undefined
    : { at, rest: line.slice(whole.length) };
}

/**
 * Parses a log timestamp to epoch ms. Without a zone, it is in local time. Without a year, it is in
 * the last twelve months. Without a day, it is `undefined`.
 */
export function parseTime(text: string, now: number): number | undefined {
  for (const parse of [parseIso, parseAccessTime, parseAsctime, parseSyslogTime, parseEpoch]) {
    const ms = parse(text, now);
    if (ms !== undefined && !Number.isNaN(ms)) return ms;
  }
  return undefined;
}

function parseIso(text: string): number | undefined {
  const [, year, month, day, time, fraction = '0', zone = ''] =
    /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))? ?(\S*)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  return Date.parse(`${year}-${month}-${day}T${time}.${ms}${toOffset(zone)}`);
}

/** `20/Nov/2026:18:16:48 +0000` in access logs, `20/Nov/2026 18:16:48` in werkzeug. */
function parseAccessTime(text: string): number | undefined {
  const [, day, month = '', year, time, zone = ''] =
    /^(\d\d)\/(\w{3})\/(\d{4})[: ](\d\d:\d\d:\d\d) ?(\S*)$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  return Date.parse(`${year}-${monthNumber(month)}-${day}T${time}${toOffset(zone)}`);
}

/** `Fri Nov 20 18:16:46.123456 2026`. */
function parseAsctime(text: string): number | undefined {
  const [, month = '', day = '', time, year] =
    /^\w{3} (\w{3}) +(\d+) (\d\d:\d\d:\d\d)(?:\.\d+)? (\d{4})$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  return Date.parse(`${year}-${monthNumber(month)}-${day.padStart(2, '0')}T${time}`);
}

/** `Nov 20 18:16:48`, in this year or the previous one: log times are not in the future. */
function parseSyslogTime(text: string, now: number): number | undefined {
  const [, month = '', day = '', time] = /^(\w{3}) +(\d+) (\d\d:\d\d:\d\d)$/.exec(text) ?? [];
  if (time === undefined) return undefined;
  const year = new Date(now).getFullYear();
  const inYear = (candidate: number) =>
    Date.parse(`${candidate}-${monthNumber(month)}-${day.padStart(2, '0')}T${time}`);
  return inYear(year) > now + 86_400_000 ? inYear(year - 1) : inYear(year);
}

/** Seconds, with a fraction or without, or milliseconds since the epoch. */
function parseEpoch(text: string): number | undefined {
  if (/^\d{10}(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  return /^\d{13}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function monthNumber(name: string): string {
  return String(MONTHS.indexOf(name) + 1).padStart(2, '0');
}

function toOffset(zone: string): string {
  if (zone === '' || zone === 'Z') return zone;
  if (zone === 'UTC' || zone === 'GMT') return 'Z';
  return zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
}
