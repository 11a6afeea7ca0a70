import { access } from './formats/access.ts';
import { apacheError } from './formats/apache-error.ts';
import { jsonLines } from './formats/json-lines.ts';
import { logfmt } from './formats/logfmt.ts';
import { nginxError } from './formats/nginx-error.ts';
import { plain } from './formats/plain.ts';
import { python } from './formats/python.ts';
import { syslog } from './formats/syslog.ts';
import type { LogFormat } from './record.ts';

/** All formats, the most specific first. */
const FORMATS: readonly LogFormat[] = [
  jsonLines,
  access,
  nginxError,
  apacheError,
  python,
  logfmt,
  plain,
  syslog,
];

/** Parses a line in any known format; returns `undefined` for an unknown format. */
export const parseLine: LogFormat = (line) => {
  for (const format of FORMATS) {
    const record = format(line);
    if (record === undefined) continue;
    // Flask and uvicorn write access log lines as messages of the application log.
    const request = record.request ?? access(record.message)?.request;
    return request ? { ...record, request } : record;
  }
  return undefined;
};
