/** Cuts a stream of text into lines. */
export interface LineSplitter {
  push(text: string): void;
  /** The last line may have no end. */
  end(): void;
}

/**
 * Lines end with LF, CR LF **or a lone CR**, as .NET's `StreamReader.ReadLine` has it: a carriage
 * return in foreign text is enough to begin a new line, and so a workflow command.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let rest = '';
  let afterReturn = false;
  return {
    push(text) {
      const fresh = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
      if (text !== '') afterReturn = text.endsWith('\r');
      const lines = (rest + fresh).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
