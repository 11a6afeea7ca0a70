import { parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';

const LINE = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d) \[([a-z]+)\] \d+#\d+: (.*)$/;

/** `2026/11/20 18:16:48 [error] 12#34: *1 open() … failed, client: 192.0.2.1, request: "GET …"` */
export const nginxError: LogFormat = (line) => {
  const [, at, name = '', rest = ''] = LINE.exec(line) ?? [];
  const level = parseLevel(name);
  if (at === undefined || level === undefined) return undefined;
  // The request of the client does not describe the error.
  return { level, at, message: rest.replace(/, client: .*$/, '') };
};
