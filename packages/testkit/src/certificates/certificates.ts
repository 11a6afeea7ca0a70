import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A certificate in PEM format and the path of its file. */
export interface Certificate {
  /** PEM: the certificate first, then the rest of its chain. */
  readonly cert: string;
  readonly certFile: string;
}

/** A certificate and its private key in PEM format, and the paths of their files. */
export interface KeyPair extends Certificate {
  readonly key: string;
  readonly keyFile: string;
}

/** The certificates in `pem/`; README.md lists their dates and names. */
export interface Certificates {
  /** The CA that the tests trust. Its private key no longer exists. */
  readonly ca: Certificate;
  /** For localhost, 127.0.0.1 and ::1, signed by `ca`. */
  readonly good: KeyPair;
  readonly expired: KeyPair;
  readonly notYetValid: KeyPair;
  readonly selfSigned: KeyPair;
  /** Valid, but for other.example only. */
  readonly wrongName: KeyPair;
  /** Signed by another CA. */
  readonly untrustedChain: KeyPair;
  /** A valid certificate below an expired intermediate of `ca`. */
  readonly expiredIntermediate: KeyPair;
  /** A client certificate, signed by `ca`. */
  readonly client: KeyPair;
}

/** Reads the test certificates. Throws if a file is missing. */
export function certificates(): Certificates {
  return {
    ca: certificate('ca'),
    good: pair('good'),
    expired: pair('expired'),
    notYetValid: pair('not-yet-valid'),
    selfSigned: pair('self-signed'),
    wrongName: pair('wrong-name'),
    untrustedChain: pair('untrusted-chain'),
    expiredIntermediate: pair('expired-intermediate'),
    client: pair('client'),
  };
}

function certificate(name: string): Certificate {
  const certFile = pemFile(`${name}.crt`);
  return { cert: readFileSync(certFile, 'utf8'), certFile };
}

function pair(name: string): KeyPair {
  const keyFile = pemFile(`${name}.key`);
  return { ...certificate(name), key: readFileSync(keyFile, 'utf8'), keyFile };
}

function pemFile(name: string): string {
  return fileURLToPath(new URL(`./pem/${name}`, import.meta.url));
}
