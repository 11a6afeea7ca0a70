/**
 * Refuses to run the tests on anything but Node 24, the one that GitHub's runner gives to actions.
 * When the automatic install fails, pnpm still runs the script, on whatever node the machine has.
 */
export default function requireNode24(): void {
  if (process.version.startsWith('v24.')) return;
  throw new Error(
    `The tests run on Node 24, this is ${process.version} (${process.execPath}). ` +
      'Linux gets it from node_modules (pnpm install); on macOS and Windows install Node 24.',
  );
}
