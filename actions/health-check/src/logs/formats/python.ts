import { parseLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';
import { splitLeadingTime } from '../time.ts';

/** After the time: `- name - LEVEL - message` or `name LEVEL message`. */
const AFTER_TIME = /^(?: - (\S+) - ([A-Z]+) - | (\S+) ([A-Z]+):? )(.*)$/;
/** The format of `logging.basicConfig()`. */
const BASIC = /^([A-Z]+):([\w.-]+):(.*)$/;

/** The common formats of Python's logging; `asctime` has milliseconds after a comma. */
export const python: LogFormat = (line) => {
  const [, basicName = '', basicLogger, basicMessage = ''] = BASIC.exec(line) ?? [];
  const basicLevel = parseLevel(basicName);
  if (basicLogger !== undefined && basicLevel !== undefined) {
    return { level: basicLevel, logger: basicLogger, message: basicMessage };
  }
  const { at, rest = '' } = splitLeadingTime(line) ?? {};
  if (at === undefined || !/,\d{3}$/.test(at)) return undefined;
  const [, dashed, dashedName, bare, bareName, message = ''] = AFTER_TIME.exec(rest) ?? [];
  const level = parseLevel(dashedName ?? bareName ?? '');
  return level && { level, at, logger: dashed ?? bare ?? '', message };
};
