/**
 * The ref that locks an environment: in no branch and no tag, so that nothing is started by it and
 * no rule of a branch is in its way. Names of environments have upper and lower case for people
 * only; what a ref may not have is spelled out.
 */
export function lockRef(environment: string): string {
  const bytes = Buffer.from(environment.toLowerCase());
  const name = [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9_-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
  return `refs/deploy-rollback/lock/${name}`;
}
