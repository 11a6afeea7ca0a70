import type { CheckResult } from '../check.ts';

/** The result with its evidence truncated to `maxBytes` per piece. */
export function withExcerpt(result: CheckResult, maxBytes: number): CheckResult {
  return {
    ...result,
    evidence: result.evidence
      .map(({ title, lines }) => ({ title, lines: truncateLines(lines, maxBytes) }))
      .filter(({ lines }) => lines.length > 0),
  };
}

function truncateLines(lines: readonly string[], maxBytes: number): readonly string[] {
  const kept: string[] = [];
  let bytesLeft = maxBytes;
  for (const line of maxBytes === 0 ? [] : lines) {
    if (Buffer.byteLength(line) > bytesLeft) {
      kept.push(`${truncate(line, Math.max(0, bytesLeft))}…`);
      break;
    }
    kept.push(line);
    bytesLeft -= Buffer.byteLength(line) + 1;
  }
  return kept;
}

/** The longest prefix of at most `maxBytes` that splits no character. */
function truncate(text: string, maxBytes: number): string {
  const { written } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return Buffer.from(text).subarray(0, written).toString('utf8');
}
