import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { pluralize } from '@repo/core/text/pluralize';
import { plain } from '@repo/core/text/untrusted';
import type { FailureKind } from './failure.ts';

export type CertificateProblemKind = Extract<FailureKind, `certificate-${string}`>;

export interface CertificateProblem {
  readonly kind: CertificateProblemKind;
  /** A clause with the date or the names; untrusted text is escaped. */
  readonly message: string;
}

/** The certificate of a server and its problems. Its texts are untrusted. */
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
  /** DNS names and IP addresses of the certificate. */
  readonly names: readonly string[];
  /** SHA-256, `AB:CD:…` */
  readonly fingerprint256: string;
  /** No problems: a client with verification accepts it. */
  readonly trusted: boolean;
  /** All of them, worst first. */
  readonly problems: readonly CertificateProblem[];
}

/** The result of a handshake without verification. */
export interface HandshakeFacts {
  /** With its issuers linked (`getPeerCertificate(true)`). */
  readonly leaf: PeerCertificate;
  readonly version: string;
  readonly cipher: string;
  /** The name or address that the certificate must be valid for. */
  readonly host: string;
  /** The last error of OpenSSL for the chain, such as `CERT_HAS_EXPIRED`. Excludes the name check. */
  readonly chainError: string | undefined;
  /** The trusted root certificates, PEM. Called only if the chain has an error. */
  readonly roots: () => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads the facts of a certificate from a connection without verification: with verification, the
 * handshake fails before the dates of an expired certificate are known. OpenSSL reports only one of
 * several errors. The others are found in the chain: the dates of its certificates and its root.
 */
export function readCertificateFacts(handshake: HandshakeFacts): CertificateFacts {
  const { leaf, version, cipher } = handshake;
  const problems = findProblems(handshake);
  return {
    version,
    cipher,
    validFrom: new Date(leaf.valid_from),
    validTo: new Date(leaf.valid_to),
    subject: distinguishedName(leaf.subject),
    issuer: distinguishedName(leaf.issuer),
    names: getNames(leaf),
    fingerprint256: leaf.fingerprint256,
    trusted: problems.length === 0,
    problems,
  };
}

function findProblems({
  leaf,
  host,
  chainError,
  roots,
  now,
}: HandshakeFacts): CertificateProblem[] {
  const problems: CertificateProblem[] = [];
  if (chainError !== undefined) {
    const chain = getChain(leaf);
    const dates = chain.flatMap((certificate) =>
      dateProblem(certificate, certificate === leaf, now),
    );
    problems.push(...dates.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)));
    // OpenSSL checks dates last. An error of a date hides one of the root.
    if (dates.length === 0 || !endsInRoot(chain, roots())) {
      problems.push(rootProblem(chain, chainError));
    }
  }
  if (checkServerIdentity(host, leaf) !== undefined) {
    const names = plain(getNames(leaf).slice(0, 10).join(', '), 150) || 'no names';
    const message = `the certificate is for ${names}, not for ${plain(host, 100)}`;
    problems.push({ kind: 'certificate-wrong-name', message });
  }
  return problems;
}

/** The most useful problem to fix comes first. */
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
      message: `the certificate is self-signed (${issuer})`,
    };
  }
  const missing = MISSING_ISSUER.has(chainError)
    ? ', or the server does not send an intermediate certificate'
    : '';
  return {
    kind: 'certificate-untrusted',
    message: `the issuer of the certificate, ${issuer}, is not trusted${missing} (${chainError})`,
  };
}

const MISSING_ISSUER: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** The certificate and its known issuers, the root last. */
function getChain(leaf: PeerCertificate): PeerCertificate[] {
  const chain = [leaf];
  for (let next = getIssuer(leaf); next && !chain.includes(next); next = getIssuer(next)) {
    chain.push(next);
  }
  return chain;
}

function getIssuer(certificate: PeerCertificate): PeerCertificate | undefined {
  // The types of Node declare it only for the leaf. A root is its own issuer.
  return 'issuerCertificate' in certificate
    ? (certificate.issuerCertificate as PeerCertificate | undefined)
    : undefined;
}

function endsInRoot(chain: readonly PeerCertificate[], roots: readonly string[]): boolean {
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
function getNames({ subject, subjectaltname }: PeerCertificate): string[] {
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
