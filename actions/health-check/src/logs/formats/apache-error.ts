import { parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';

const LINE =
  /^\[([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:.]+ \d{4})\] \[(?:([\w-]*):)?(\w+)\] (.*)$/;

/** `[Fri Nov 20 18:16:46.123456 2026] [core:error] [pid 1:tid 2] [client 192.0.2.1:3] AH00035: …` */
export const apacheError: LogFormat = (line) => {
  const [, at, logger = '', name = '', rest = ''] = LINE.exec(line) ?? [];
  const level = parseLevel(name);
  if (at === undefined || level === undefined) return undefined;
  return { level, at, logger, message: rest.replace(/\[(?:pid|client) [^\]]*\] ?/g, '') };
};
