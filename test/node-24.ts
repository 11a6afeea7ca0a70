/**
 * Throws if the tests do not run on Node 24, the version of GitHub's runner. If installing Node
 * fails, pnpm runs scripts with the Node of the machine.
 */
export default function requireNode24(): void {
  if (process.version.startsWith('v24.')) return;
  throw new Error(
    `The tests require Node 24 (got ${process.version}, ${process.execPath}). ` +
      'On Linux, run pnpm install. On macOS and Windows, install Node 24.',
  );
}
