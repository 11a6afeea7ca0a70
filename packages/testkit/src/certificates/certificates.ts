import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A certificate in PEM, and the path of the file that holds it. */
export interface Certificate {
  /** PEM; the certificate itself first, then what is sent along with it. */
  readonly cert: string;
  readonly certFile: string;
}

/** A certificate with its private key, both in PEM, and the paths of their files. */
export interface KeyPair extends Certificate {
  readonly key: string;
  readonly keyFile: string;
}

/** The certificates of `pem/`; README.md beside this file has their dates and names. */
export interface Certificates {
  /** The authority that the tests trust. Its private key does not exist any more. */
  readonly ca: Certificate;
  /** For localhost, 127.0.0.1 and ::1, signed by `ca`. */
  readonly good: KeyPair;
  readonly expired: KeyPair;
  readonly notYetValid: KeyPair;
  readonly selfSigned: KeyPair;
  /** Valid, but for other.example only. */
  readonly wrongName: KeyPair;
  /** Signed by an authority other than `ca`. */
  readonly untrustedChain: KeyPair;
  /** Valid itself; the intermediate between it and `ca` has expired. */
  readonly expiredIntermediate: KeyPair;
  /** A client certificate, signed by `ca`. */
  readonly client: KeyPair;
}

/** Reads the checked-in test certificates. Throws when a file is missing. */
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
