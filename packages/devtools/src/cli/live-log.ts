import { stripVTControlCharacters, styleText } from 'node:util';

/** Converts the lines of a runner log to lines for a terminal. */
export type LiveLog = (line: string) => string;

type Colour = Parameters<typeof styleText>[0];

const LEVELS: Readonly<Record<string, { readonly prefix: string; readonly colour: Colour }>> = {
  error: { prefix: 'error: ', colour: 'red' },
  warning: { prefix: 'warning: ', colour: 'yellow' },
  notice: { prefix: 'notice: ', colour: 'cyan' },
  debug: { prefix: 'debug: ', colour: 'dim' },
};

/** Indents groups and colours annotations; without `ansi` the text is plain. */
export function createLiveLog(ansi: boolean): LiveLog {
  let indent = '';
  const paint = (colour: Colour, text: string) =>
    ansi ? styleText(colour, text, { validateStream: false }) : text;
  return (line) => {
    const [, command = '', data = ''] = /^##\[(\w+)\](.*)$/s.exec(line) ?? [];
    if (command === 'group') {
      indent = '  ';
      return `${paint('bold', `▾ ${data}`)}\n`;
    }
    if (command === 'endgroup') {
      indent = '';
      return '';
    }
    const level = LEVELS[command];
    const plain = ansi ? line : stripVTControlCharacters(line);
    const text = level === undefined ? plain : paint(level.colour, level.prefix + data);
    return `${text.replace(/^/gm, indent)}\n`;
  };
}
