import { pluralize } from '../text/pluralize.ts';
import { joinBlocks, type Markdown } from './markdown.ts';

/** GitHub drops the whole summary of a step if it is larger than 1 MiB. Leaves some room. */
const MAX_BYTES = 1_000_000;

/** Joins blocks up to GitHub's limit. A note states how many do not fit. */
export function fitSummary(blocks: readonly Markdown[], maxBytes = MAX_BYTES): string {
  const kept: Markdown[] = [];
  let bytes = 0;
  for (const block of blocks) {
    bytes += Buffer.byteLength(block.markdown) + 2;
    if (bytes > maxBytes - 200) break;
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
