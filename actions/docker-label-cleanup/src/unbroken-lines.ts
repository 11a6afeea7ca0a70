import { InvalidValue } from '@repo/core/errors/invalid-value';

/**
 * Reads lines of which none may be missing: a variable that is not set leaves a blank line, and what
 * is removed would be another set without that line. Throws an InvalidValue with all mistakes.
 */
export function readUnbroken(
  given: string,
  remedy: string,
  read: (line: string, isLast: boolean) => void,
): void {
  // A block of YAML ends with one line break.
  const lines = given.replace(/\r?\n$/, '').split(/\r?\n/);
  const problems: string[] = [];
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    try {
      if (line.trim() === '') throw new InvalidValue('is blank: is a variable not set?', remedy);
      read(line.trim(), isLast);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      problems.push(lines.length === 1 ? error.message : `line ${index + 1} ${error.message}`);
    }
  }
  if (problems.length > 0) throw new InvalidValue(problems.join('; '), remedy);
}
