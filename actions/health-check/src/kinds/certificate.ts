import { plain } from '@repo/core/text/untrusted';
import type { CertificateFacts } from '@repo/probe/certificate';
import type { Evidence } from './kind.ts';

const DAY_MS = 86_400_000;

/** The `tls` variable of an expression. */
export function tlsFacts(certificate: CertificateFacts, now: number) {
  return {
    version: certificate.version,
    daysLeft: Math.floor((certificate.validTo.getTime() - now) / DAY_MS),
    validFrom: isoDate(certificate.validFrom),
    validTo: isoDate(certificate.validTo),
    issuer: certificate.issuer,
    subject: certificate.subject,
    names: certificate.names,
    trusted: certificate.trusted,
    error: certificate.problems[0]?.message ?? '',
  };
}

/** What a person wants to see of a certificate that is at fault. */
export function certificateEvidence(certificate: CertificateFacts): Evidence {
  return {
    title: 'certificate',
    lines: [
      `subject ${certificate.subject}`,
      `issuer ${certificate.issuer}`,
      `names ${certificate.names.join(', ')}`,
      `valid ${isoDate(certificate.validFrom)} to ${isoDate(certificate.validTo)}`,
      ...certificate.problems.map(({ message }) => message),
    ].map((line) => plain(line)),
  };
}

/** A stranger may write into a certificate what is no date. */
function isoDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString();
}
