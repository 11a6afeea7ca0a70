import { levelOf } from '../level.ts';
import type { LogFormat } from '../record.ts';
import { leadingTime } from '../time.ts';

/** After the time: `- name - LEVEL - message` or `name LEVEL message`. */
const AFTER_TIME = /^(?: - (\S+) - ([A-Z]+) - | (\S+) ([A-Z]+):? )(.*)$/;
/** What `logging.basicConfig()` writes. */
const BASIC = /^([A-Z]+):([\w.-]+):(.*)$/;

/** The usual formats of Python's logging; `asctime` has its milliseconds after a comma. */
export const python: LogFormat = (line) => {
  const [, basicName = '', basicLogger, basicMessage = ''] = BASIC.exec(line) ?? [];
  const basicLevel = levelOf(basicName);
  if (basicLogger !== undefined && basicLevel !== undefined) {
    return { level: basicLevel, logger: basicLogger, message: basicMessage };
  }
  const { at, rest = '' } = leadingTime(line) ?? {};
  if (at === undefined || !/,\d{3}$/.test(at)) return undefined;
  const [, dashed, dashedName, bare, bareName, message = ''] = AFTER_TIME.exec(rest) ?? [];
  const level = levelOf(dashedName ?? bareName ?? '');
  return level && { level, at, logger: dashed ?? bare ?? '', message };
};
