import { Marked } from 'marked';

// GitHub does not link URLs in code, but this parser does within `<code>`.
const markdown = new Marked({ gfm: true, tokenizer: { url: () => undefined } });

/**
 * Renders a page that looks like a job summary on GitHub, with collapsed details.
 *
 * @param summaries the summaries of the steps, in order
 */
export function renderSummaryPage(job: string, summaries: readonly string[]): string {
  const body = markdown.parse(summaries.join('\n\n'), { async: false });
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
<main><header>${job} <span>summary</span></header><article>${body}</article></main>`;
}

const STYLE = `
* { box-sizing: border-box }
body { margin: 0; padding: 16px; background: #fff; color: #1f2328;
  font: 14px/1.5 "Liberation Sans", Arial, sans-serif, "Noto Color Emoji" }
main { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden }
header { padding: 12px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; font-weight: 600 }
header span { color: #59636e; font-weight: 400 }
article { padding: 8px 24px 16px }
h2 { font-size: 1.5em; line-height: 1.25; margin: 20px 0 14px; padding-bottom: .3em;
  border-bottom: 1px solid #d1d9e0b3 }
h3 { font-size: 1.15em; margin: 18px 0 12px }
p { margin: 0 0 12px }
table { border-collapse: collapse; margin: 0 0 14px }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; overflow-wrap: anywhere }
th { font-weight: 600; white-space: nowrap }
[align=right] { white-space: nowrap }
[align=right] { text-align: right }
tr:nth-child(2n) td { background: #f6f8fa }
code { font: 85% "Liberation Mono", monospace; background: #818b981f; border-radius: 6px;
  padding: .2em .4em }
details { margin: 0 0 10px }
`;
