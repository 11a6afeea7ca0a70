import { parseJson } from '@repo/checks/parse-json';
import { parseRequest, readText } from '../fields.ts';
import { type Level, parseLevel, parseNumericLevel } from '../level.ts';
import type { LogFormat } from '../record.ts';

const LEVEL = [
  'level',
  'levelname',
  'severity',
  'log.level',
  'lvl',
  'loglevel',
  'log_level',
  '@level',
  'level_name',
];
const MESSAGE = ['message', 'msg', 'event', 'text', '@message', 'error', 'err.message'];
const TIME = ['time', 'timestamp', '@timestamp', 'ts', 'asctime', 'datetime', 'date', 'time_local'];
const LOGGER = ['logger', 'logger_name', 'log.logger', 'name', 'module'];
const STACK = [
  'exc_info',
  'exception',
  'stack',
  'stack_trace',
  'stacktrace',
  'traceback',
  'err.stack',
  'error.stack',
  'error.stack_trace',
  'exc_text',
];

/** One JSON object per line, with the field names of common libraries. */
export const jsonLines: LogFormat = (line) => {
  if (!line.startsWith('{')) return undefined;
  const data = parseJson(line);
  if (typeof data !== 'object' || data === null) return undefined;
  const read = (name: string) => readField(data, name);
  const level = readLevel(read);
  const request = parseRequest(read);
  const message = readText(read, MESSAGE);
  if (level === undefined && request === undefined && message === undefined) return undefined;
  const at = readTime(read);
  const logger = readText(read, LOGGER);
  const hasStack = STACK.some((name) => typeof read(name) === 'string' || isNonEmpty(read(name)));
  return {
    message: message ?? '',
    ...(level && { level }),
    ...(at !== undefined && { at }),
    ...(logger !== undefined && { logger }),
    ...(request && { request }),
    ...(hasStack && { exception: true as const }),
  };
};

function readLevel(read: (name: string) => unknown): Level | undefined {
  for (const value of LEVEL.map(read)) {
    const level =
      typeof value === 'string'
        ? parseLevel(value)
        : typeof value === 'number'
          ? parseNumericLevel(value)
          : undefined;
    if (level) return level;
  }
  return undefined;
}

function readTime(read: (name: string) => unknown): string | undefined {
  const value = TIME.map(read).find((one) => typeof one === 'string' || typeof one === 'number');
  return value === undefined ? undefined : String(value);
}

function readField(data: object, name: string): unknown {
  if (Object.hasOwn(data, name)) return Reflect.get(data, name);
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const inner: unknown = Object.hasOwn(data, name.slice(0, dot))
    ? Reflect.get(data, name.slice(0, dot))
    : undefined;
  return typeof inner === 'object' && inner !== null
    ? readField(inner, name.slice(dot + 1))
    : undefined;
}

function isNonEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
