/** A share link that names no endpoint; the message says why, without its credentials. */
export class InvalidLink extends Error {
  override readonly name = 'UnusableLink';
}
