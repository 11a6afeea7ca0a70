import { parseJson } from '@repo/checks/parse-json';
import { requestOfFields, textIn } from '../fields.ts';
import { type Level, levelOf, levelOfNumber } from '../level.ts';
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

/** An object a line, under the names that the usual libraries give to its fields. */
export const jsonLines: LogFormat = (line) => {
  if (!line.startsWith('{')) return undefined;
  const data = parseJson(line);
  if (typeof data !== 'object' || data === null) return undefined;
  const read = (name: string) => fieldOf(data, name);
  const level = levelIn(read);
  const request = requestOfFields(read);
  const message = textIn(read, MESSAGE);
  if (level === undefined && request === undefined && message === undefined) return undefined;
  const at = timeIn(read);
  const logger = textIn(read, LOGGER);
  const hasStack = STACK.some((name) => typeof read(name) === 'string' || isFull(read(name)));
  return {
    message: message ?? '',
    ...(level && { level }),
    ...(at !== undefined && { at }),
    ...(logger !== undefined && { logger }),
    ...(request && { request }),
    ...(hasStack && { exception: true as const }),
  };
};

function levelIn(read: (name: string) => unknown): Level | undefined {
  for (const value of LEVEL.map(read)) {
    const level =
      typeof value === 'string'
        ? levelOf(value)
        : typeof value === 'number'
          ? levelOfNumber(value)
          : undefined;
    if (level) return level;
  }
  return undefined;
}

function timeIn(read: (name: string) => unknown): string | undefined {
  const value = TIME.map(read).find((one) => typeof one === 'string' || typeof one === 'number');
  return value === undefined ? undefined : String(value);
}

function fieldOf(data: object, name: string): unknown {
  if (Object.hasOwn(data, name)) return Reflect.get(data, name);
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const inner: unknown = Object.hasOwn(data, name.slice(0, dot))
    ? Reflect.get(data, name.slice(0, dot))
    : undefined;
  return typeof inner === 'object' && inner !== null
    ? fieldOf(inner, name.slice(dot + 1))
    : undefined;
}

function isFull(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
