import { pluralize } from '../text/pluralize.ts';
import { joinBlocks, type Markdown } from './markdown.ts';

/** GitHub drops a step's summary whole when it is over 1 MiB; some room is left for others. */
const MOST_BYTES = 1_000_000;

/** The blocks as one text below GitHub's limit; what does not fit is left out, and said. */
export function fitSummary(blocks: readonly Markdown[], mostBytes = MOST_BYTES): string {
  const kept: Markdown[] = [];
  let bytes = 0;
  for (const block of blocks) {
    bytes += Buffer.byteLength(block.markdown) + 2;
    if (bytes > mostBytes - 200) break;
    kept.push(block);
  }
  const left = blocks.length - kept.length;
  if (left > 0) {
    kept.push({
      markdown: `> ${pluralize(left, 'more part')} of this summary would exceed GitHub's limit of 1 MiB; the JSON report has everything.`,
    });
  }
  return `${joinBlocks(kept)}\n`;
}
