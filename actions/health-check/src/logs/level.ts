/** Levels by severity, with the names of Python's logging and syslog. */
export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Level = (typeof LEVELS)[number];

const NAMES: ReadonlyMap<string, Level> = new Map([
  ...LEVELS.map((level) => [level, level] as const),
  ['VERBOSE', 'DEBUG'],
  ['INFORMATION', 'INFO'],
  ['WARN', 'WARNING'],
  ['ERR', 'ERROR'],
  ['SEVERE', 'ERROR'],
  ['CRIT', 'CRITICAL'],
  ['FATAL', 'CRITICAL'],
  ['ALERT', 'CRITICAL'],
  ['EMERG', 'CRITICAL'],
  ['EMERGENCY', 'CRITICAL'],
  ['PANIC', 'CRITICAL'],
]);

/** Case-insensitive. Apache has `trace1` to `trace8`. */
export function parseLevel(word: string): Level | undefined {
  return NAMES.get(word.toUpperCase().replace(/^TRACE[1-8]$/, 'TRACE'));
}

/** The numeric levels of pino and bunyan: 10 is trace, 60 is fatal. */
export function parseNumericLevel(value: number): Level | undefined {
  const names: readonly Level[] = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
  return value >= 10 && value < 70 ? names[Math.floor(value / 10) - 1] : undefined;
}

export function isError(level: Level | undefined): boolean {
  return level === 'ERROR' || level === 'CRITICAL';
}
