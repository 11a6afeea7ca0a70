/** The share link is not valid; the message does not contain credentials. */
export class InvalidLink extends Error {
  override readonly name = 'InvalidLink';
}
