import { plain } from '@repo/core/text/untrusted';
import type { CertificateFacts } from '@repo/probe/certificate';
import type { Evidence } from './observation.ts';

const DAY_MS = 86_400_000;

/** The `tls` variable of an expression. */
export function toTlsFacts(certificate: CertificateFacts, now: number) {
  return {
    version: certificate.version,
    daysLeft: Math.floor((certificate.validTo.getTime() - now) / DAY_MS),
    validFrom: formatDate(certificate.validFrom),
    validTo: formatDate(certificate.validTo),
    issuer: certificate.issuer,
    subject: certificate.subject,
    names: certificate.names,
    trusted: certificate.trusted,
    error: certificate.problems[0]?.message ?? '',
  };
}

/** Explains a certificate that failed validation. */
export function toCertificateEvidence(certificate: CertificateFacts): Evidence {
  return {
    title: 'certificate',
    lines: [
      `subject ${certificate.subject}`,
      `issuer ${certificate.issuer}`,
      `names ${certificate.names.join(', ')}`,
      `valid ${formatDate(certificate.validFrom)} to ${formatDate(certificate.validTo)}`,
      ...certificate.problems.map(({ message }) => message),
    ].map((line) => plain(line)),
  };
}

/** A certificate can contain a malformed date. */
function formatDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'invalid date' : date.toISOString();
}
