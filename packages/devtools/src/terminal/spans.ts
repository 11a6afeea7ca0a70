import { styleText } from 'node:util';

type Style = 'bold' | 'italic' | 'underline' | 'dim' | 'cyan' | 'strikethrough';

/** Text in one style; a `\n` is a line break. */
export interface Span {
  readonly text: string;
  readonly styles: readonly Style[];
  /** The target of a link. */
  readonly href?: string;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const ZERO_WIDTH = /^[\p{Mark}\p{Format}]+$/u;
// Characters that terminals draw two cells wide: emoji, East Asian Wide and Fullwidth (UAX #11).
const WIDE =
  /^\p{Emoji_Presentation}|\ufe0f|^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function graphemes(text: string): readonly string[] {
  return [...GRAPHEMES.segment(text)].map(({ segment }) => segment);
}

/** Returns the width of a text in terminal cells. */
export function displayWidth(text: string): number {
  return graphemes(text).reduce((width, grapheme) => width + graphemeWidth(grapheme), 0);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Returns the width of a line of spans, in cells. */
export function lineWidth(line: readonly Span[]): number {
  return line.reduce((width, { text }) => width + displayWidth(text), 0);
}

/** Breaks spans into lines of at most `width` cells, between words if possible. */
export function wrap(spans: readonly Span[], width: number): readonly (readonly Span[])[] {
  const lines: Span[][] = [[]];
  let used = 0;
  const put = (text: string, span: Span): void => {
    lines.at(-1)?.push({ ...span, text });
    used += displayWidth(text);
  };
  const newLine = (): void => {
    const last = lines.at(-1)?.at(-1);
    // Remove the invisible space before a break.
    if (last?.text.trim() === '') lines.at(-1)?.pop();
    lines.push([]);
    used = 0;
  };
  for (const { word, parts } of splitWords(spans)) {
    const wordWidth = displayWidth(word);
    if (word === '\n') newLine();
    else if (word.trim() === '') {
      if (used > 0) for (const part of parts) put(used < width ? ' ' : '', part);
    } else {
      if (used > 0 && used + wordWidth > width) newLine();
      for (const part of parts) {
        for (const piece of wordWidth > width ? graphemes(part.text) : [part.text]) {
          if (used > 0 && used + displayWidth(piece) > width) newLine();
          put(piece, part);
        }
      }
    }
  }
  return lines;
}

/** Splits spans into words, spaces and line breaks; a word may have several styles. */
function splitWords(spans: readonly Span[]): readonly { word: string; parts: Span[] }[] {
  const result: { word: string; parts: Span[] }[] = [];
  for (const span of spans) {
    for (const text of span.text.match(/\n|[^\S\n]+|\S+/g) ?? []) {
      const last = result.at(-1);
      if (last && text.trim() !== '' && last.word.trim() !== '') {
        last.word += text;
        last.parts.push({ ...span, text });
      } else {
        result.push({ word: text, parts: [{ ...span, text }] });
      }
    }
  }
  return result;
}

/** Renders a line as text, with escape sequences if `ansi` is set. */
export function paint(line: readonly Span[], ansi: boolean): string {
  if (!ansi) return line.map(({ text }) => text).join('');
  return joinEqualSpans(line)
    .map(({ text, styles, href }) => {
      const styled = styleText([...styles], text, { validateStream: false });
      return href === undefined ? styled : `\u001b]8;;${href}\u0007${styled}\u001b]8;;\u0007`;
    })
    .join('');
}

function joinEqualSpans(line: readonly Span[]): readonly Span[] {
  const joined: Span[] = [];
  for (const span of line) {
    const last = joined.at(-1);
    if (last && last.href === span.href && last.styles.join() === span.styles.join()) {
      joined.splice(-1, 1, { ...last, text: last.text + span.text });
    } else {
      joined.push(span);
    }
  }
  return joined;
}
