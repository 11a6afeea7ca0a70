import { parseSync, Visitor } from 'oxc-parser';

/** A text within a source file, and the line on which it begins. */
export interface SourceText {
  readonly text: string;
  readonly line: number;
}

/**
 * The texts of a TypeScript file that people read: comments, and strings of several words
 * (messages, titles of tests). Module names and single words are left out.
 */
export function textsInTypeScript(file: string, source: string): readonly SourceText[] {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const lineAt = lineFinder(source);
  const texts: SourceText[] = [];
  const add = (text: string, at: number) => {
    if (/[A-Za-z]\S* +\S*[A-Za-z]/.test(text)) texts.push({ text, line: lineAt(at) });
  };
  for (const { value, start } of comments) {
    value.split('\n').forEach((line, index) => {
      texts.push({ text: line.replace(/^\s*\*?\s?/, ''), line: lineAt(start) + index });
    });
  }
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === 'string') add(value, start);
    },
    TemplateElement: ({ value, start }) => add(value.cooked ?? value.raw, start),
  }).visit(program);
  return texts.toSorted((one, other) => one.line - other.line);
}

function lineFinder(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1))
    starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
