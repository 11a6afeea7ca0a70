import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { pluralize } from '@repo/core/text/pluralize';
import { plain } from '@repo/core/text/untrusted';
import type { FailureKind } from './failure.ts';

export type CertificateProblemKind = Extract<FailureKind, `certificate-${string}`>;

export interface CertificateProblem {
  readonly kind: CertificateProblemKind;
  /** One sentence of harmless text, with the date or the names in question. */
  readonly message: string;
}

/** The certificate that a server showed, and what speaks against it. Its texts are untrusted. */
export interface CertificateFacts {
  /** `TLSv1.3` */
  readonly version: string;
  /** OpenSSL's name of the cipher, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** `CN=example.com, O=Example`, most specific first. */
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses that it is for. */
  readonly names: readonly string[];
  /** SHA-256, `AB:CD:…` */
  readonly fingerprint256: string;
  /** No problem at all: a verifying client would have accepted it. */
  readonly trusted: boolean;
  /** All of them, worst first. */
  readonly problems: readonly CertificateProblem[];
}

/** What an unverified handshake told. */
export interface Shown {
  /** With its issuers linked (`getPeerCertificate(true)`). */
  readonly leaf: PeerCertificate;
  readonly version: string;
  readonly cipher: string;
  /** The name or address that the certificate must be for. */
  readonly host: string;
  /** OpenSSL's last objection to the chain, e.g. `CERT_HAS_EXPIRED`; the name is not its business. */
  readonly chainError: string | undefined;
  /** The trusted roots, PEM; only asked for when there is an objection. */
  readonly roots: () => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The facts of a certificate. It has to come from an unverified connection: a verifying client
 * hangs up on an expired certificate before it can see its date. OpenSSL tells one objection of
 * several, so the rest is found from the chain: the dates of all its certificates, and its root.
 */
export function certificateFacts(shown: Shown): CertificateFacts {
  const { leaf, version, cipher } = shown;
  const problems = findProblems(shown);
  return {
    version,
    cipher,
    validFrom: new Date(leaf.valid_from),
    validTo: new Date(leaf.valid_to),
    subject: distinguishedName(leaf.subject),
    issuer: distinguishedName(leaf.issuer),
    names: namesOf(leaf),
    fingerprint256: leaf.fingerprint256,
    trusted: problems.length === 0,
    problems,
  };
}

function findProblems({ leaf, host, chainError, roots, now }: Shown): CertificateProblem[] {
  const problems: CertificateProblem[] = [];
  if (chainError !== undefined) {
    const chain = chainOf(leaf);
    const dates = chain.flatMap((certificate) =>
      dateProblem(certificate, certificate === leaf, now),
    );
    problems.push(...dates.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)));
    // An objection to a date is the last of OpenSSL's, and hides one to the root.
    if (dates.length === 0 || !endsIn(chain, roots())) {
      problems.push(rootProblem(chain, chainError));
    }
  }
  if (checkServerIdentity(host, leaf) !== undefined) {
    const names = plain(namesOf(leaf).slice(0, 10).join(', '), 150) || 'no name';
    const message = `the certificate is for ${names}, not for ${plain(host, 100)}`;
    problems.push({ kind: 'certificate-wrong-name', message });
  }
  return problems;
}

/** Worst first: what mends the most for the one who reads it. */
const ORDER: readonly CertificateProblemKind[] = [
  'certificate-expired',
  'certificate-not-yet-valid',
];

function dateProblem(
  certificate: PeerCertificate,
  isLeaf: boolean,
  now: number,
): CertificateProblem[] {
  const which = isLeaf
    ? 'the certificate'
    : `the issuer's certificate ${plain(distinguishedName(certificate.subject), 100)}`;
  const from = new Date(certificate.valid_from);
  const to = new Date(certificate.valid_to);
  if (to.getTime() < now) {
    const message = `${which} expired on ${day(to)} (${days(now - to.getTime())} ago)`;
    return [{ kind: 'certificate-expired', message }];
  }
  if (from.getTime() > now) {
    const message = `${which} is not valid before ${day(from)} (in ${days(from.getTime() - now)})`;
    return [{ kind: 'certificate-not-yet-valid', message }];
  }
  return [];
}

function rootProblem(chain: readonly PeerCertificate[], chainError: string): CertificateProblem {
  const [leaf] = chain;
  const last = chain.at(-1);
  const issuer = plain(distinguishedName(last?.issuer), 100);
  if (chain.length === 1 && leaf !== undefined && isSelfIssued(leaf)) {
    return {
      kind: 'certificate-self-signed',
      message: `the certificate is signed by itself (${issuer})`,
    };
  }
  const missing = MISSING_ISSUER.has(chainError)
    ? '; or the server does not send an intermediate certificate'
    : '';
  return {
    kind: 'certificate-untrusted',
    message: `the certificate comes from ${issuer}, which is not trusted here${missing} (${chainError})`,
  };
}

const MISSING_ISSUER: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** The certificate and its issuers as far as they were sent or are known, the root last. */
function chainOf(leaf: PeerCertificate): PeerCertificate[] {
  const chain = [leaf];
  for (let next = issuerOf(leaf); next && !chain.includes(next); next = issuerOf(next)) {
    chain.push(next);
  }
  return chain;
}

function issuerOf(certificate: PeerCertificate): PeerCertificate | undefined {
  // Node's types promise it only for the leaf; a root is its own issuer.
  return 'issuerCertificate' in certificate
    ? (certificate.issuerCertificate as PeerCertificate | undefined)
    : undefined;
}

function endsIn(chain: readonly PeerCertificate[], roots: readonly string[]): boolean {
  const der = chain.at(-1)?.raw.toString('base64');
  return roots.some((pem) => pem.replace(/-----[^-]+-----|\s/g, '') === der);
}

function isSelfIssued({ subject, issuer }: PeerCertificate): boolean {
  return distinguishedName(subject) === distinguishedName(issuer);
}

function distinguishedName(name: object | undefined): string {
  return Object.entries(name ?? {})
    .reverse()
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** DNS names and addresses of `DNS:a.example, URI:"x, y", IP Address:192.0.2.1`. */
function namesOf({ subject, subjectaltname }: PeerCertificate): string[] {
  if (subjectaltname === undefined) return [subject?.CN ?? []].flat();
  const names: string[] = [];
  for (const [, type = '', value = ''] of subjectaltname.matchAll(ALTERNATIVE_NAME)) {
    if (type === 'DNS' || type === 'IP Address') names.push(value);
  }
  return names;
}

const ALTERNATIVE_NAME = /([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function days(ms: number): string {
  return pluralize(Math.floor(ms / 86_400_000), 'day');
}
