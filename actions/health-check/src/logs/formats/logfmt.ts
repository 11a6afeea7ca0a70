import { parseRequest } from '../fields.ts';
import { parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';

const PAIR = /([\w.@-]+)=("(?:[^"\\]|\\.)*"|\S*)\s*/y;

/** `time="…" level=error msg="…"`: the whole line consists of pairs. */
export const logfmt: LogFormat = (line) => {
  const fields = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < line.length) {
    const [, key, value = ''] = PAIR.exec(line) ?? [];
    if (key === undefined) return undefined;
    fields.set(key, value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value);
  }
  const level = parseLevel(fields.get('level') ?? fields.get('lvl') ?? '');
  const request = parseRequest((name) => fields.get(name));
  if (level === undefined && request === undefined) return undefined;
  const at = fields.get('time') ?? fields.get('ts') ?? fields.get('t');
  return {
    message: fields.get('msg') ?? fields.get('message') ?? fields.get('err') ?? '',
    ...(level && { level }),
    ...(at !== undefined && { at }),
    ...(request && { request }),
  };
};
