import type { Judged } from './judge.ts';

/** Shorter ones would blank out half of every message, and protect nothing. */
const SHORTEST = 4;

/**
 * An attempt without the secrets that the target may have echoed. What leaves the process is
 * redacted in any case, but only where a secret is whole; here also what a cut has left of one.
 */
export function withoutSecrets(judged: Judged, secrets: readonly string[]): Judged {
  const known = secrets.filter((secret) => secret.length >= SHORTEST);
  if (known.length === 0) return judged;
  const conceal = (text: string) => concealed(text, known);
  return {
    ...judged,
    reasons: judged.reasons.map(conceal),
    degraded: judged.degraded.map(conceal),
    addresses: judged.addresses.map(({ reason, ...rest }) =>
      reason === undefined ? rest : { ...rest, reason: conceal(reason) },
    ),
    evidence: judged.evidence.map(({ title, lines }) => ({
      title: conceal(title),
      lines: lines.map(conceal),
    })),
  };
}

function concealed(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  const whole = longestFirst.reduce((left, secret) => left.replaceAll(secret, '***'), text);
  return whole.replace(/[^…]+(?=…)/g, (head) => {
    const tail = Math.max(...secrets.map((secret) => beginningAtEnd(head, secret)));
    return tail < SHORTEST ? head : `${head.slice(0, -tail)}***`;
  });
}

/** How much of the beginning of a secret a text ends with, characters. */
function beginningAtEnd(text: string, secret: string): number {
  let length = Math.min(secret.length, text.length);
  while (length > 0 && !text.endsWith(secret.slice(0, length))) length--;
  return length;
}
