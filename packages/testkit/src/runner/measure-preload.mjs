// Loaded before the action with `--import` when a run is measured: writes what the process has
// used to the file named in this module's own address, so that the environment stays clean.
import { writeFileSync } from 'node:fs';

const target = new URL(import.meta.url).searchParams.get('out');
process.on('exit', () => {
  if (target) writeFileSync(target, JSON.stringify(process.resourceUsage()));
});
