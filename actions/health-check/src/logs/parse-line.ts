import { access } from './formats/access.ts';
import { apacheError } from './formats/apache-error.ts';
import { jsonLines } from './formats/json-lines.ts';
import { logfmt } from './formats/logfmt.ts';
import { nginxError } from './formats/nginx-error.ts';
import { plain } from './formats/plain.ts';
import { python } from './formats/python.ts';
import { syslog } from './formats/syslog.ts';
import type { LogFormat } from './record.ts';

/** Every format, the most particular first. */
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

/** The record of a line, in whatever format it is; `undefined` where it is in none that is known. */
export const parseLine: LogFormat = (line) => {
  for (const format of FORMATS) {
    const record = format(line);
    if (record === undefined) continue;
    // Flask and uvicorn write their access log through the log of the program.
    const request = record.request ?? access(record.message)?.request;
    return request ? { ...record, request } : record;
  }
  return undefined;
};
