import type { Span } from './spans.ts';

interface Context {
  readonly styles: Span['styles'];
  readonly href?: string;
  /** Writes URLs as text, because plain output has no links. */
  readonly showUrls: boolean;
}

interface InlineRule {
  readonly pattern: RegExp;
  render(match: readonly string[], context: Context): readonly Span[];
}

const TAG_STYLES: Readonly<Record<string, Span['styles'][number]>> = {
  b: 'bold',
  strong: 'bold',
  th: 'bold',
  i: 'italic',
  em: 'italic',
  code: 'cyan',
  kbd: 'cyan',
  samp: 'cyan',
  del: 'strikethrough',
  s: 'strikethrough',
  sub: 'dim',
  sup: 'dim',
};

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

// The order matters: at the same position, the first matching rule applies.
const RULES: readonly InlineRule[] = [
  { pattern: /\\([!-/:-@[-`{-~])/, render: ([, sign], context) => plain(sign, context) },
  { pattern: /\\?\n|<br\s*\/?>\n?/i, render: ([text], context) => plain(lineBreak(text), context) },
  {
    pattern: /(`+)(?!`)([\s\S]*?[^`])\1(?!`)/,
    render: ([, , text], context) => plain(text, styled(context, 'cyan')),
  },
  {
    pattern: /<(b|strong|i|em|code|kbd|samp|del|s|sub|sup)\b[^>]*>([\s\S]*?)<\/\1>/i,
    render: ([, tag = '', text], context) =>
      inline(text, styled(context, TAG_STYLES[tag.toLowerCase()] ?? 'bold')),
  },
  {
    pattern: /<a\b[^>]*?href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/i,
    render: ([, href, text], context) => link(text, href, context),
  },
  {
    pattern: /<img\b[^>]*?alt="([^"]*)"[^>]*>|<img\b[^>]*>/i,
    render: ([, alt], context) => picture(alt, context),
  },
  { pattern: /!\[([^\]]*)\]\([^)]*\)/, render: ([, alt], context) => picture(alt, context) },
  {
    pattern: /\[((?:\\.|[^\\\]])*)\]\(([^\s)]*)[^)]*\)/,
    render: ([, text, href], context) => link(text, href, context),
  },
  { pattern: /<(https?:[^\s>]+)>/, render: ([, href], context) => link(href, href, context) },
  { pattern: /<!--[\s\S]*?-->|<\/?[a-z][^<>]*>/i, render: () => [] },
  emphasis(/\*\*(?=\S)((?:\\.|[^\\])*?\S)\*\*/, 'bold'),
  emphasis(/\b__(?=\S)((?:\\.|[^\\])*?\S)__\b/, 'bold'),
  emphasis(/\*(?=\S)((?:\\.|[^\\*])*?\S)\*/, 'italic'),
  emphasis(/\b_(?=\S)((?:\\.|[^\\_])*?\S)_\b/, 'italic'),
  emphasis(/~~(?=\S)((?:\\.|[^\\])*?\S)~~/, 'strikethrough'),
];

/** Parses the Markdown and HTML within a paragraph, a heading or a cell. */
export function parseInline(
  markdown: string,
  showUrls: boolean,
  styles: Span['styles'] = [],
): readonly Span[] {
  return inline(markdown, { styles, showUrls });
}

/** Decodes HTML entities, and removes word joiners, which only prevent links. */
export function decodeEntities(text: string): string {
  return text
    .replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (entity, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? entity;
      const point = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
      const isText =
        (point > 31 || point === 10) && point < 0x110000 && (point < 127 || point > 159);
      return isText ? String.fromCodePoint(point) : '';
    })
    .replaceAll('\u2060', '');
}

function inline(text = '', context: Context): readonly Span[] {
  const spans: Span[] = [];
  let rest = text;
  while (rest !== '') {
    const found = firstMatch(rest);
    if (found === undefined) return [...spans, ...plain(rest, context)];
    const { match, rule } = found;
    spans.push(...plain(rest.slice(0, match.index), context), ...rule.render(match, context));
    rest = rest.slice(match.index + match[0].length);
  }
  return spans;
}

function firstMatch(text: string) {
  let first: { match: RegExpExecArray; rule: InlineRule } | undefined;
  for (const rule of RULES) {
    const match = rule.pattern.exec(text);
    if (match && match.index < (first?.match.index ?? Number.POSITIVE_INFINITY)) {
      first = { match, rule };
    }
  }
  return first;
}

function plain(text: string | undefined, { styles, href }: Context): readonly Span[] {
  const decoded = decodeEntities(text ?? '');
  return decoded === '' ? [] : [{ text: decoded, styles, ...(href !== undefined && { href }) }];
}

function styled(context: Context, style: Span['styles'][number]): Context {
  return { ...context, styles: [...context.styles, style] };
}

function emphasis(pattern: RegExp, style: Span['styles'][number]): InlineRule {
  return { pattern, render: ([, text], context) => inline(text, styled(context, style)) };
}

function link(text = '', address = '', context: Context): readonly Span[] {
  const href = decodeEntities(address);
  if (!context.showUrls) return inline(text, { ...styled(context, 'underline'), href });
  return text === address
    ? plain(href, context)
    : [...inline(text, context), { text: ` (${href})`, styles: context.styles }];
}

function picture(alt: string | undefined, context: Context): readonly Span[] {
  return plain(`[${alt || 'picture'}]`, styled(context, 'dim'));
}

/** Renders a line end as a space, and `<br>` or a backslash before a line end as a line break. */
function lineBreak(text = ''): string {
  return text === '\n' ? ' ' : '\n';
}
