import type { JudgedAttempt } from './judge.ts';

/** Replacing shorter values would make messages unreadable and protect nothing. */
const MIN_LENGTH = 4;

/**
 * Removes secrets that the target may have sent back. The log redacts complete secrets as well;
 * this also removes the start of a secret at the end of a shortened text.
 */
export function redactSecrets(judged: JudgedAttempt, secrets: readonly string[]): JudgedAttempt {
  const relevant = secrets.filter((secret) => secret.length >= MIN_LENGTH);
  if (relevant.length === 0) return judged;
  const redact = (text: string) => redactText(text, relevant);
  return {
    ...judged,
    reasons: judged.reasons.map(redact),
    degraded: judged.degraded.map(redact),
    addresses: judged.addresses.map(({ reason, ...rest }) =>
      reason === undefined ? rest : { ...rest, reason: redact(reason) },
    ),
    evidence: judged.evidence.map(({ title, lines }) => ({
      title: redact(title),
      lines: lines.map(redact),
    })),
  };
}

function redactText(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  const redacted = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return redacted.replace(/[^…]+(?=…)/g, (head) => {
    const overlap = Math.max(...secrets.map((secret) => getOverlap(head, secret)));
    return overlap < MIN_LENGTH ? head : `${head.slice(0, -overlap)}***`;
  });
}

/** Number of characters of the start of a secret that the text ends with. */
function getOverlap(text: string, secret: string): number {
  let length = Math.min(secret.length, text.length);
  while (length > 0 && !text.endsWith(secret.slice(0, length))) length--;
  return length;
}
