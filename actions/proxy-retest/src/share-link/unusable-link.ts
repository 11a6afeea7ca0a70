/** A share link that names no endpoint; the message says why, without its credentials. */
export class UnusableLink extends Error {
  override readonly name = 'UnusableLink';
}
